import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bodyOf,
  filterOf,
  filtersOf,
  filterText,
  identityOf,
  isComplete,
  isEverything,
  linesOf,
  queryOf,
  valuesOf,
} from "../../chalicelib/site/samples/query.js";

const FILTER = { column: "metadata.lieu, côté: «A»", operator: "is", values: ["Québec", "a&b=c"] };

test("a filter survives the address", () => {
  const query = new URLSearchParams([["filter", filterText(FILTER)]]);
  assert.deepEqual(filtersOf(new URLSearchParams(query.toString())), [FILTER]);
});

test("a mistyped filter is no filter", () => {
  for (const text of ["", "x", "[]", "{}", "null", '["name"]', '["name","like","x"]', '[1,"is","x"]']) {
    assert.equal(filterOf(text), null, text);
  }
});

test("an empty address is the first page by name", () => {
  const query = queryOf(new URLSearchParams(), 20);
  assert.deepEqual(bodyOf(query, ["ct"]), { filters: [], sort: "name", limit: 20, offset: 0, fields: ["ct"] });
  assert.ok(isEverything(query));
});

test("the page is a number from one on", () => {
  for (const [text, page] of [
    ["3", 3],
    ["0", 1],
    ["-4", 1],
    ["x", 1],
    ["", 1],
  ]) {
    assert.equal(queryOf(new URLSearchParams({ page: text }), 20).page, page, text);
  }
  assert.equal(bodyOf(queryOf(new URLSearchParams({ page: "3" }), 100), []).offset, 200);
});

test("order and page do not change which samples a query finds", () => {
  const one = queryOf(
    new URLSearchParams([
      ["q", "a"],
      ["filter", filterText(FILTER)],
      ["page", "2"],
    ]),
    20,
  );
  const other = queryOf(
    new URLSearchParams([
      ["q", "a"],
      ["filter", filterText(FILTER)],
      ["sort", "-puid"],
    ]),
    100,
  );
  assert.equal(identityOf(one), identityOf(other));
  assert.notEqual(identityOf(one), identityOf({ ...one, q: "b" }));
});

test("lines are trimmed, and each is there once", () => {
  assert.deepEqual(linesOf(" A \r\nB\tC\n\n A\n"), ["A", "B", "C"]);
});

test("values are what the operator takes", () => {
  assert.deepEqual(valuesOf("is_empty", ["x", "y"]), []);
  assert.deepEqual(valuesOf("between", [" 2026-07 ", ""]), ["2026-07", null]);
  assert.deepEqual(valuesOf("is", ["a\nb", ""]), ["a", "b"]);
  assert.ok(isComplete({ operator: "is_not_empty", values: [] }));
  assert.ok(!isComplete({ operator: "between", values: [null, null] }));
  assert.ok(!isComplete({ operator: "is", values: [] }));
});
