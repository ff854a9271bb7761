// What lists share: search, order and filters in the URL, pages by cursor, headers that sort.
import { query as queryOf } from "./api.js";
import { number, t } from "./language.js";
import { useLoaded } from "./loading.js";
import { go, place, withQuery } from "./router.js";
import { html, useEffect, useId, useRef, useState } from "./view.js";

const BAD_QUERY = ["bad-parameter", "bad-sort", "bad-limit", "bad-cursor"];

const FIRST = { cursor: null, from: 1 };
const cameFrom = new Map(); // the page before that of a list and cursor; of an address that was shared it is not known

export const PAGE_SIZES = [20, 100, 1000];
export const TYPING_PAUSE = 250;

/**
 * One page of a list of the API, as the URL's query asks for it: `{items, total, from, error, loading, …}`.
 * `filters` are names of query parameters that are passed on; `sort` is the order where the URL names none.
 *
 * `q` and `sort` are the URL's. While another answer loads, `items`, `total` and `answered`, the search that they are
 * of, are all those of the last one: what is done with the items must go by `answered`, and wait while `loading`.
 *
 * @param {string} path
 * @param {{ sort?: string, filters?: string[], again?: (value: any) => number | false }} options
 */
export function useList(path, { sort, filters = [], again } = {}) {
  const { query } = place.use();
  const parameters = {
    q: query.get("q"),
    sort: query.get("sort") ?? sort,
    limit: Number(query.get("limit")) || PAGE_SIZES[0],
  };
  for (const name of filters) parameters[name] = query.get(name);
  const key = path + queryOf(parameters);
  const cursor = query.get("cursor");
  const from = (cursor && Number(query.get("from"))) || 1;
  const loaded = useLoaded(cursor ? `${key}&cursor=${encodeURIComponent(cursor)}` : key, { again });
  const page = loaded.value;
  const answered = useRef({ q: parameters.q ?? "", from });
  if (!loaded.loading) answered.current = { q: parameters.q ?? "", from };
  const turn = (to) => {
    go(withQuery({ cursor: to.cursor, from: to.from > 1 ? String(to.from) : null }));
    scrollTo(0, 0);
  };
  const next = (after) => {
    cameFrom.set(`${key} ${after}`, { cursor, from });
    turn({ cursor: after, from: from + parameters.limit });
  };
  const isBad = loaded.error && BAD_QUERY.includes(loaded.error.slug);
  useEffect(() => {
    if (isBad) go(place.get().path, { replace: true }); // an address that somebody shortened or mistyped
  }, [isBad]);
  return {
    ...loaded,
    error: isBad ? undefined : loaded.error,
    answered: answered.current.q,
    items: page?.items,
    total: page?.total ?? 0,
    isExact: page?.total_is_exact !== false,
    from: answered.current.from,
    q: parameters.q ?? "",
    sort: parameters.sort,
    limit: Number(parameters.limit),
    isFiltered: Boolean(parameters.q) || filters.some((name) => parameters[name]),
    next: page?.next_cursor && (() => next(page.next_cursor)),
    previous: cursor && (() => turn(cameFrom.get(`${key} ${cursor}`) ?? FIRST)),
  };
}

/** Change what is listed: its first page is shown. */
export const change = (changes) =>
  go(withQuery({ page: null, cursor: null, from: null, ...changes }), { replace: true });

/** The search field of a list; the URL follows when typing pauses. */
export function Search({ list, label }) {
  const [text, setText] = useState(list.q);
  const timer = useRef(0);
  const id = useId();
  useEffect(() => setText(list.q), [list.q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typed = (event) => {
    setText(event.target.value);
    clearTimeout(timer.current);
    const { value } = event.target;
    timer.current = setTimeout(() => change({ q: value.trim() }), TYPING_PAUSE);
  };
  return html`<div class="field search" role="search">
    <label for=${id}>${label}</label>
    <input id=${id} type="search" maxlength="255" autocomplete="off" value=${text} onInput=${typed} />
  </div>`;
}

/** A choice of one value of a query parameter, or all. */
export function Filter({ name, label, options }) {
  const id = useId();
  const value = place.get().query.get(name) ?? "";
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} value=${value} onChange=${(event) => change({ [name]: event.target.value })}>
      <option value="">${t("all")}</option>
      ${options.map(([key, words]) => html`<option key=${key} value=${key} selected=${key === value}>${words}</option>`)}
    </select>
  </div>`;
}

/** A column's header whose button sorts by it, and turns the order round when it does already. */
export function SortHeader({ list, by, children }) {
  const direction = { [by]: "ascending", [`-${by}`]: "descending" }[list.sort];
  const next = list.sort === by ? `-${by}` : by;
  return html`<th scope="col" class="sortable" aria-sort=${direction}>
    <button type="button" class="sort" data-direction=${direction} onClick=${() => change({ sort: next })}>
      ${children}
    </button>
  </th>`;
}

/** How much is shown, and the ways to more. */
export function Pager({ list }) {
  const id = useId();
  if (!list.items) return null;
  const to = list.from + list.items.length - 1;
  const total = list.isExact ? list.total : t("at-least", { n: list.total });
  return html`<nav class="pager" aria-label=${t("pages")}>
    <p role="status">
      ${list.items.length ? t("shown", { from: list.from, to, total }) : t("shown.none")}
    </p>
    <div class="field inline">
      <label for=${id}>${t("per-page")}</label>
      <select id=${id} value=${list.limit} onChange=${(event) => change({ limit: event.target.value })}>
        ${PAGE_SIZES.map(
          (size) => html`<option key=${size} value=${size} selected=${size === list.limit}>${number(size)}</option>`,
        )}
      </select>
    </div>
    <button type="button" disabled=${!list.previous} onClick=${list.previous || undefined}>${t("previous")}</button>
    <button type="button" disabled=${!list.next} onClick=${list.next || undefined}>${t("next")}</button>
  </nav>`;
}
