// Queries of a namespace's samples, as the URL has them and as the API takes them. Pure.

export const METADATA = "metadata.";
export const ATTRIBUTES = ["name", "puid", "project.name", "project.puid", "created_at", "updated_at"];
export const OPERATORS = ["is", "is_not", "contains", "not_contains", "between", "is_empty", "is_not_empty"];
const PARTS = 2; // of a filter, before its values

/** The metadata field of a column, or null for another column. */
export const fieldOf = (column) => (column.startsWith(METADATA) ? column.slice(METADATA.length) : null);

/** A filter as one query parameter. */
export const filterText = ({ column, operator, values }) => JSON.stringify([column, operator, ...values]);

/** The filter of a query parameter; null for one that somebody mistyped. */
export function filterOf(text) {
  try {
    const [column, operator, ...values] = JSON.parse(text);
    const isKnown = typeof column === "string" && OPERATORS.includes(operator);
    return isKnown ? { column, operator, values } : null;
  } catch {
    return null;
  }
}

/** The filters of a URL's query. */
export const filtersOf = (query) => query.getAll("filter").map(filterOf).filter(Boolean);

/**
 * The query that a URL names: what the API takes of it, and the page's number.
 *
 * @param {URLSearchParams} query
 * @param {number} limit
 */
export function queryOf(query, limit) {
  const page = Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1);
  return {
    q: query.get("q") ?? "",
    filters: filtersOf(query),
    sort: query.get("sort") ?? "name",
    limit,
    page,
  };
}

/** The body of the request for a query's page, with these metadata fields. */
export const bodyOf = ({ q, filters, sort, limit, page }, fields) => ({
  ...(q ? { q } : {}),
  filters,
  sort,
  limit,
  offset: (page - 1) * limit,
  fields,
});

/** What identifies which samples a query finds, in whatever order. */
export const identityOf = ({ q, filters }) => JSON.stringify([q, filters]);

/** Does a query find every sample? */
export const isEverything = ({ q, filters }) => !q && filters.length === 0;

/** The values of a text with one on each line; numbers are recognised by the API. */
export const linesOf = (text) => [
  ...new Set(
    text
      .split(/[\r\n\t]+/)
      .map((line) => line.trim())
      .filter(Boolean),
  ),
];

/** The values of a filter, from what was typed: one or two bounds, or a list. */
export function valuesOf(operator, typed) {
  if (operator === "is_empty" || operator === "is_not_empty") return [];
  if (operator === "between") return typed.slice(0, PARTS).map((text) => text.trim() || null);
  return linesOf(typed[0] ?? "");
}

/** Has a filter the values that its operator needs? */
export function isComplete({ operator, values }) {
  if (operator === "is_empty" || operator === "is_not_empty") return true;
  return values.some((value) => value !== null);
}
