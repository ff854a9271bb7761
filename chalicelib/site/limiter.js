// So many tasks at once, the others in their order.

/** A function that runs a task when one of the places is free, and resolves to what it returns. */
export function limiter(places) {
  const queue = [];
  let free = places;
  const next = () => {
    if (!free || !queue.length) return;
    free -= 1;
    queue.shift()();
  };
  return async (task) => {
    await new Promise((granted) => {
      queue.push(granted);
      next();
    });
    try {
      return await task();
    } finally {
      free += 1;
      next();
    }
  };
}
