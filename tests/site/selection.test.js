import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asRequest,
  choose,
  chooseAll,
  clear,
  countOf,
  covers,
  fromText,
  isChosen,
  selectionOf,
  toText,
} from "../../chalicelib/site/selection.js";

const sample = (id) => ({ id, puid: `P${id}`, name: `S ${id}`, metadata: { large: "x".repeat(1000) } });
const EVERYTHING = { q: "", filters: [] };
const QUERY = { q: "ec", filters: [{ column: "name", operator: "is", values: ["x"] }] };
let next = 0;
const fresh = () => selectionOf(`namespace-${next++}`);

test("samples are selected and deselected one by one", () => {
  const selection = fresh();
  choose(selection, [sample("a"), sample("b")], true);
  choose(selection, [sample("a")], false);
  assert.deepEqual(asRequest(selection.get()), { sample_ids: ["b"] });
  assert.equal(countOf(selection.get()), 1);
  assert.ok(isChosen(selection.get(), QUERY, sample("b")));
  clear(selection);
  assert.equal(countOf(selection.get()), 0);
});

test("of all that a query finds, some are taken out and put back", () => {
  const selection = fresh();
  chooseAll(selection, QUERY, 5_000);
  choose(selection, [sample("a"), sample("b")], false);
  choose(selection, [sample("b")], true);
  assert.equal(countOf(selection.get()), 4_999);
  assert.ok(!isChosen(selection.get(), QUERY, sample("a")));
  assert.ok(isChosen(selection.get(), QUERY, sample("b")));
  assert.deepEqual(asRequest(selection.get()), {
    selection: { all: true, q: "ec", filters: QUERY.filters, excluded_sample_ids: ["a"] },
  });
});

test("everything is requested without conditions", () => {
  const selection = fresh();
  chooseAll(selection, EVERYTHING, 2_000);
  assert.deepEqual(asRequest(selection.get()), { selection: { all: true } });
  assert.ok(covers(selection.get(), QUERY)); // what any search shows is selected
});

test("of another query's samples nothing is known", () => {
  const selection = fresh();
  chooseAll(selection, QUERY, 2_000);
  assert.ok(!covers(selection.get(), EVERYTHING));
  assert.ok(!isChosen(selection.get(), EVERYTHING, sample("a")));
});

test("a selection survives the tab's storage, without what is not needed", () => {
  const selection = fresh();
  assert.equal(toText(selection.get()), null);
  choose(selection, [sample("a")], true);
  assert.ok(toText(selection.get()).length < 100);
  assert.deepEqual(asRequest(fromText(toText(selection.get()))), { sample_ids: ["a"] });
  chooseAll(selection, QUERY, 2_000);
  choose(selection, [sample("a")], false);
  assert.deepEqual(fromText(toText(selection.get())), selection.get());
  assert.equal(countOf(fromText("not JSON")), 0);
});
