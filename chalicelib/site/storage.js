// What the browser keeps for this person; one that keeps nothing still works.

/**
 * Read, write and remove texts in `sessionStorage` or `localStorage`, under names of our own.
 *
 * @param {"sessionStorage" | "localStorage"} area
 */
const store = (area) => ({
  get(name) {
    try {
      return window[area].getItem(`seqport.${name}`);
    } catch {
      return null;
    }
  },
  /** Remove everything of ours. */
  clear() {
    try {
      const names = Object.keys(window[area]).filter((name) => name.startsWith("seqport."));
      for (const name of names) window[area].removeItem(name);
    } catch {
      // Not allowed: then there is nothing of ours either.
    }
  },
  set(name, text) {
    try {
      if (text === null) window[area].removeItem(`seqport.${name}`);
      else window[area].setItem(`seqport.${name}`, text);
    } catch {
      // Full, or not allowed: what was to be kept lasts as long as the page.
    }
  },
});

export const session = store("sessionStorage");
export const device = store("localStorage");
