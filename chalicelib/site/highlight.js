// What a search found in a text.
import { fold } from "./folding.js";
import { html } from "./view.js";

const IS_LETTER = /[\p{L}\p{N}]/u;

/**
 * Where a search found a text, as [start, end]; null for nowhere. As in the API's search, a find begins at a word, and
 * case and accents are ignored.
 */
export function findIn(text, q) {
  const sought = fold(q.trim());
  if (!sought) return null;
  const places = []; // of each folded character, that of its character in the text
  let folded = "";
  let place = 0;
  for (const character of text) {
    const more = fold(character);
    folded += more;
    for (let i = 0; i < more.length; i++) places.push(place);
    place += character.length;
  }
  for (let at = folded.indexOf(sought); at >= 0; at = folded.indexOf(sought, at + 1)) {
    const begins = at === 0 || !IS_LETTER.test(folded[at - 1]) || !IS_LETTER.test(folded[at]);
    if (begins) return [places[at], places[at + sought.length] ?? text.length];
  }
  return null;
}

/** A text with what a search found in it marked. */
export function Found({ text, q }) {
  const found = q ? findIn(text, q) : null;
  if (!found) return html`<bdi>${text}</bdi>`;
  const [start, end] = found;
  return html`<bdi>${text.slice(0, start)}<mark>${text.slice(start, end)}</mark>${text.slice(end)}</bdi>`;
}
