// Data of pages: loaded from the API, and polled while it can change.
import { all, get } from "./api.js";
import { me } from "./session.js";
import { useCallback, useEffect, useRef, useState } from "./view.js";

const LONGEST = 30_000;
const KEPT = 60; // answers

const answers = new Map(); // the latest ones, by person and path

/** The last answer to a path, so that going back shows at once what was there; it is requested again all the same. */
function keep(path, value) {
  const key = `${me.get()?.id} ${path}`;
  answers.delete(key);
  answers.set(key, value);
  if (answers.size > KEPT) answers.delete(answers.keys().next().value);
}
const kept = (path) => (me.get() ? answers.get(`${me.get().id} ${path}`) : undefined);

/**
 * The answer to a path: `{value, error, loading, reload}`. While another path loads, the last value stays in sight.
 *
 * `again(value)` says after how many milliseconds to ask again, false for never. Unchanged answers make the pause grow
 * by half, up to 30 seconds; no request is made while the tab is hidden; one is made at once when it is visible again.
 *
 * `load(path, signal)` makes the request, by default a GET of the path. The answers of another one are kept for the way
 * back only where `name` sets them apart.
 *
 * @param {string | null} path
 * @param {{ again?: (value: any, error: any) => number | false, load?: (path: string, signal: AbortSignal) => any, name?: string }} options
 */
export function useLoaded(path, { again = () => false, load: request = get, name = request === get ? "" : null } = {}) {
  const [state, setState] = useState({ path: null, value: undefined, error: undefined });
  const asking = useRef(null);
  const pause = useRef({ factor: 1, last: "" });
  const rule = useRef({ again, request });
  rule.current = { again, request };

  const load = useCallback(async () => {
    if (path === null) return;
    asking.current?.abort();
    const controller = new AbortController();
    asking.current = controller;
    try {
      const value = await rule.current.request(path, controller.signal);
      if (controller.signal.aborted) return;
      const text = JSON.stringify(value);
      pause.current = { factor: text === pause.current.last ? pause.current.factor * 1.5 : 1, last: text };
      if (name !== null) keep(name + path, value);
      setState({ path, value, error: undefined });
    } catch (error) {
      if (controller.signal.aborted || error.name === "AbortError") return;
      pause.current.factor *= 1.5;
      setState((before) => ({ path, value: before.path === path ? before.value : undefined, error }));
    }
  }, [path]);

  useEffect(() => {
    load();
    return () => asking.current?.abort();
  }, [load]);

  useEffect(() => {
    const wait = state.path === path && rule.current.again(state.value, state.error);
    const back = () => {
      if (document.visibilityState === "visible" && (wait || state.error)) load();
    };
    document.addEventListener("visibilitychange", back);
    addEventListener("online", back);
    const timer = wait
      ? setTimeout(
          () => document.visibilityState === "visible" && load(),
          Math.min(wait * pause.current.factor, LONGEST),
        )
      : undefined;
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", back);
      removeEventListener("online", back);
    };
  }, [state, load, path]);

  const isPresent = state.path === path;
  const earlier = isPresent || path === null || name === null ? undefined : kept(name + path);
  return {
    value: earlier ?? state.value,
    error: isPresent ? state.error : undefined,
    loading: !isPresent && earlier === undefined,
    reload: load,
  };
}

/** The items of all pages of a list, as of `useLoaded`. */
export const useAll = (path) => useLoaded(path, { load: (of, signal) => all(of, {}, signal) });
