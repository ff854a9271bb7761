import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf, pathOf, takeLevel, treeOf } from "../../chalicelib/site/tree.js";

const file = (name) => ({ name, type: "file", metadata: {} });
const folder = (name, kind, children, more = {}) => ({
  name,
  type: "folder",
  "irida-next-type": kind,
  children,
  ...more,
});
const WHOLE = {
  children: [folder("INXT_PRJ_A", "project", [folder("INXT_SAM_AZKFAVKQ4M", "sample", [file("a"), file("b")])])],
};

test("a single folder at the top is open", () => {
  const root = treeOf(WHOLE);
  assert.ok(root.children[0].open);
  assert.equal(root.children[0].children[0].children.length, 2);
});

test("a place is the names from the top", () => {
  const root = treeOf(WHOLE);
  assert.equal(pathOf(root.children[0].children[0]), "INXT_PRJ_A/INXT_SAM_AZKFAVKQ4M");
  assert.equal(pathOf(root), "");
});

test("a level is put below its folder, part by part", () => {
  const root = treeOf({ children: [folder("P", "project", undefined, { child_count: 3 })], next_cursor: null });
  const [top] = root.children;
  assert.equal(top.children, null);
  takeLevel(top, { children: [file("a"), file("b")], next_cursor: "more" });
  takeLevel(top, { children: [file("c")], next_cursor: null });
  assert.deepEqual(
    top.children.map((one) => [one.name, one.position]),
    [
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ],
  );
  assert.equal(top.next, null);
});

test("only what has a page is linked", () => {
  const root = treeOf(WHOLE);
  assert.equal(pageOf(root.children[0]), "/projects/INXT_PRJ_A");
  assert.equal(pageOf(root.children[0].children[0]), "/samples/INXT_SAM_AZKFAVKQ4M");
  assert.equal(pageOf({ kind: "sample", name: "EC-1" }), null);
  assert.equal(pageOf(root.children[0].children[0].children[0]), null);
});
