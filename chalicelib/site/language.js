// English and French: words, plurals, numbers, sizes and dates.
import { observable } from "./changes.js";
import { device } from "./storage.js";

export const LANGUAGES = { en: "English", fr: "Français" };
// The institutions that this is made for are Canadian; so are the forms of dates and numbers.
const REGION = { en: "en-CA", fr: "fr-CA" };
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"];

const current = observable({ code: "en", words: {}, plural: null, formats: null });

/** Load a language and make it the page's. */
export async function loadLanguage(code) {
  const words = (await import(`./i18n/${code}.js`)).default;
  const region = REGION[code];
  const whole = new Intl.NumberFormat(region);
  document.documentElement.lang = code;
  current.set({
    code,
    words,
    plural: new Intl.PluralRules(region),
    formats: {
      whole,
      moment: new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" }),
      day: new Intl.DateTimeFormat(region, { dateStyle: "medium" }),
      shortDay: new Intl.DateTimeFormat(region, { month: "short", day: "numeric" }),
      percent: new Intl.NumberFormat(region, { style: "percent" }),
      relative: new Intl.RelativeTimeFormat(region, { numeric: "auto" }),
      list: new Intl.ListFormat(region, { type: "conjunction" }),
    },
  });
}

/** The language that was chosen on this device, or null. */
export const chosenLanguage = () => device.get("language");

/** Choose a language, for this device. */
export async function choose(code) {
  device.set("language", code);
  await loadLanguage(code);
}

/** The language to begin with: the one chosen here before, else the browser's, else English. */
export function firstLanguage() {
  const preferred = [chosenLanguage(), ...navigator.languages.map((name) => name.slice(0, 2).toLowerCase())];
  return preferred.find((code) => code in LANGUAGES) ?? "en";
}

export const language = () => current.get().code;
export const useLanguage = () => current.use().code;

/** The words of a key in the person's language; `n` chooses the plural, numbers among the facts are formatted. */
export function t(key, facts = {}) {
  const { words, plural } = current.get();
  let text = words[key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  if (typeof text === "object") text = text[plural.select(facts.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => (typeof facts[name] === "number" ? number(facts[name]) : facts[name]));
}

/** Are there words for a key? For keys that are made of what the API says. */
export const hasWords = (key) => key in current.get().words;

/** A file's format as people call it. */
export const formatName = (format) => (hasWords(`format.${format}`) ? t(`format.${format}`) : format);

/** What kind of file it is: its format, and which of a pair's reads it holds. */
export const kindOfFile = ({ format, direction }) =>
  [format && formatName(format), direction && t(`direction.${direction}`)].filter(Boolean).join(" · ");

export const number = (value) => current.get().formats.whole.format(value);
export const percent = (value) => current.get().formats.percent.format(value / 100);
export const moment = (text) => current.get().formats.moment.format(new Date(text));
export const day = (text) => current.get().formats.day.format(new Date(text));
export const shortDay = (date) => current.get().formats.shortDay.format(date);
export const relative = (amount, unit) => current.get().formats.relative.format(amount, unit);
export const list = (texts) => current.get().formats.list.format(texts);

/** A size in the largest unit of which there is at least one, by powers of 1000. */
export function size(bytes) {
  let power = 0;
  let value = bytes;
  while (value >= 999.5 && power < UNITS.length - 1) {
    value /= 1000;
    power += 1;
  }
  const digits = power === 0 || value >= 99.95 ? 0 : 1;
  /** @type {Intl.NumberFormatOptions} */
  const unit = { style: "unit", unit: UNITS[power], maximumFractionDigits: digits };
  return new Intl.NumberFormat(REGION[language()], unit).format(value);
}
