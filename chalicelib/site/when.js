// A point in time as people say it, with the date as its tooltip.
import { day, language, moment, relative } from "./language.js";
import { html } from "./view.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** @type {[number, number, Intl.RelativeTimeFormatUnit][]} */
const UNITS = [
  [7 * DAY, DAY, "day"],
  [DAY, HOUR, "hour"],
  [HOUR, MINUTE, "minute"],
  [MINUTE, MINUTE, "minute"],
];
const WEEK = 7 * DAY;

/** How far a time is from another in the largest whole unit, `[amount, unit]`; null from a week on. Pure. */
export function distance(time, now) {
  const difference = time - now;
  const size = Math.abs(difference);
  if (size >= WEEK) return null;
  const [, length, unit] = UNITS.findLast(([upTo]) => size < upTo);
  return [Math.trunc(difference / length) || 0, unit]; // not -0
}

const MOST = 5_000;
const texts = new Map(); // formatting takes long where a list has thousands of times

function kept(key, format) {
  const named = `${language()} ${key}`;
  if (!texts.has(named)) {
    if (texts.size >= MOST) texts.clear();
    texts.set(named, format());
  }
  return texts.get(named);
}

/** The element of a time, for rows of which there are many. */
export function when(at) {
  const found = distance(new Date(at).getTime(), Date.now());
  const text = found ? kept(found.join(" "), () => relative(...found)) : kept(`day ${at}`, () => day(at));
  return html`<time datetime=${at} title=${kept(at, () => moment(at))}>${text}</time>`;
}

export const When = ({ at }) => when(at);
