// A value that components follow.
import { useEffect, useState } from "./view.js";

/** A value with `get`, `set`, and `use` for components, which are drawn again when it changes. */
export function observable(first) {
  let value = first;
  const followers = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const follow of [...followers]) follow(next);
    },
    use() {
      const [, draw] = useState(0);
      useEffect(() => {
        const follow = () => draw((count) => count + 1);
        followers.add(follow);
        return () => followers.delete(follow);
      }, []);
      return value;
    },
  };
}
