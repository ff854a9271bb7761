// Keys that work on every page: / for the page's search, ? for the list of keys, Ctrl+K or ⌘K for going anywhere.
import { observable } from "./changes.js";

/** The dialog that a key has opened: "palette", "keys" or null. */
export const opened = observable(null);

const isTyping = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));

function onKeyDown(event) {
  if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
  const isPalette = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
  if (isPalette) opened.set("palette");
  else if (event.ctrlKey || event.metaKey || isTyping(event.target)) return;
  else if (event.key === "?") opened.set("keys");
  else if (event.key === "/") {
    const search = document.querySelector('main input[type="search"]');
    if (!(search instanceof HTMLElement)) return;
    search.focus();
  } else return;
  event.preventDefault();
}

/** Follow the keys from now on; returns how to stop. */
export function followKeys() {
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
