// A page of a namespace's samples, as the URL asks for it.
import { call } from "../api.js";
import { PAGE_SIZES } from "../lists.js";
import { useLoaded } from "../loading.js";
import { go, path, place, withQuery } from "../router.js";
import { useRef } from "../view.js";
import { bodyOf, identityOf, isEverything, queryOf } from "./query.js";

const BAD_QUERY = ["invalid", "bad-request"];
const INDEXED_SOON = 2_000; // ms until another try

/** The samples of a namespace that match, page by page. */
export const querySamples = (namespaceId, body, signal) =>
  call("POST", path`/namespaces/${namespaceId}/samples/query`, { body, signal });

/**
 * The page of samples that the URL's query names, with these metadata fields; null fields: not known yet.
 *
 * As of `useList`, `items`, `total` and `answered` are those of the last answer while another one loads. `isIndexing`:
 * many samples were just added, and the query is tried again until they are indexed.
 */
export function useSamples(namespace, fields) {
  const { query } = place.use();
  const wanted = queryOf(query, Number(query.get("limit")) || PAGE_SIZES[0]);
  const body = bodyOf(wanted, fields ?? []);
  const loaded = useLoaded(fields && JSON.stringify(body), {
    name: `samples of ${namespace.id} `,
    load: (text, signal) => querySamples(namespace.id, JSON.parse(text), signal),
    again: (_, error) => error?.slug === "not-indexed" && INDEXED_SOON,
  });
  const answered = useRef(wanted);
  const found = loaded.value;
  if (!loaded.loading && found) answered.current = wanted;
  const turn = (page) => {
    go(withQuery({ page: page === 1 ? null : String(page) }));
    scrollTo(0, 0);
  };
  const isBeyond = found && !loaded.loading && found.total > 0 && found.items.length === 0;
  const isBad = loaded.error && BAD_QUERY.includes(loaded.error.slug);
  return {
    ...loaded,
    loading: loaded.loading || fields === null,
    error: loaded.error?.slug === "not-indexed" ? undefined : loaded.error,
    isIndexing: loaded.error?.slug === "not-indexed",
    isBad,
    isBeyond,
    answered: answered.current,
    items: found?.items,
    projects: new Map((found?.projects ?? []).map((project) => [project.id, project])),
    total: found?.total ?? 0,
    isExact: true,
    from: (answered.current.page - 1) * answered.current.limit + 1,
    q: wanted.q,
    filters: wanted.filters,
    sort: wanted.sort,
    limit: wanted.limit,
    identity: identityOf(answered.current),
    isFiltered: !isEverything(wanted),
    next: found?.next_offset != null && (() => turn(wanted.page + 1)),
    previous: wanted.page > 1 && (() => turn(wanted.page - 1)),
  };
}
