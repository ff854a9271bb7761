// The view library under one name: components, hooks, and HTML in template literals.
import { h } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { Component, Fragment, createContext, render } from "./vendor/preact.js";
export {
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "./vendor/hooks.js";

export const html = htm.bind(h);

/** Words of one class attribute; what is false is left out. */
export const classes = (...names) => names.filter(Boolean).join(" ");
