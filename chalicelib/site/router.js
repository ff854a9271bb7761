// Which page the URL names. URLs are written without the path that the deployment puts before them.
import { observable } from "./changes.js";
import { html } from "./view.js";

const BASE = document.documentElement.dataset.base;

/** The page's own address of a path: `/exports` is `/live/exports` where the stage is `live`. */
export const address = (path) => BASE + path;

/** The same as a whole URL, to be shared or sent. */
export const wholeAddress = (path) => location.origin + address(path);

function read() {
  const path = location.pathname.slice(BASE.length).replace(/\/+$/, "") || "/";
  const segments = path.split("/").slice(1).filter(Boolean).map(decoded);
  return { path, segments, query: new URLSearchParams(location.search) };
}

function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Where the person is: `{path, segments, query}`. */
export const place = observable(read());

const SETTLED = 100; // ms after the last scrolling
const FILLED_WITHIN = 2_000; // ms that a page may take to be as long as it was

/** Scroll to where the person left this entry of the history, once the page is long enough again. */
function restore() {
  const { y } = history.state ?? {};
  if (!y) return;
  const before = Date.now() + FILLED_WITHIN;
  const attempt = () => {
    if (document.documentElement.scrollHeight >= y + innerHeight) scrollTo(0, y);
    else if (Date.now() < before) requestAnimationFrame(attempt);
  };
  requestAnimationFrame(attempt);
}

let settling;
function noteScroll() {
  clearTimeout(settling);
  settling = setTimeout(() => history.replaceState({ ...history.state, y: scrollY }, ""), SETTLED);
}

/** Remember where a page was scrolled to, for the way back to it and for its reload. */
export function keepScroll() {
  history.scrollRestoration = "manual"; // the browser's own comes before the page is filled
  addEventListener("scroll", noteScroll, { passive: true });
  restore();
}

addEventListener("popstate", () => {
  clearTimeout(settling);
  place.set(read());
  restore();
});

/** Go to a path; `replace` leaves no step to go back to. */
export function go(path, { replace = false } = {}) {
  const before = place.get().path;
  if (!replace && settling) history.replaceState({ ...history.state, y: globalThis.scrollY }, "");
  clearTimeout(settling);
  history[replace ? "replaceState" : "pushState"](null, "", address(path));
  place.set(read());
  if (place.get().path !== before) scrollTo(0, 0);
}

/** The present path with changed query parameters: null or an empty text takes one away, a list sets it repeatedly. */
export function withQuery(changes) {
  const { path, query } = place.get();
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of Array.isArray(value) ? value : value ? [value] : []) next.append(name, one);
  }
  const text = next.toString();
  return text ? `${path}?${text}` : path;
}

/** A path with its parts encoded: path`/exports/${id}`. */
export const path = (texts, ...values) =>
  texts.reduce((made, text, i) => made + encodeURIComponent(values[i - 1]) + text);

/** A link within the pages; what opens a new tab or window is left to the browser. */
export function Link({ to, children, onClick, ...attributes }) {
  const follow = (event) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (event.defaultPrevented || !plain || attributes.target) return;
    event.preventDefault();
    go(to);
  };
  return html`<a ...${attributes} href=${address(to)} onClick=${follow}>${children}</a>`;
}
