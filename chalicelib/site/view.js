// The view library under one name: components, hooks, and HTML in template literals.

import htm from "./vendor/htm.js";
import { Component as BaseComponent, h } from "./vendor/preact.js";

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
export { createContext, Fragment, render } from "./vendor/preact.js";

/** @type {any} */
export const Component = BaseComponent;

export const html = htm.bind(h);

/** Words of one class attribute; what is false is skipped. */
export const classes = (...names) => names.filter(Boolean).join(" ");
