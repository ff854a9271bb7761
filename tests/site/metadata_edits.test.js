import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, edited, fromText, NO_EDITS, pasted, toText, without } from "../../chalicelib/site/samples/edits.js";
import { cellsOf, typedValue } from "../../chalicelib/site/samples/values.js";

const samples = [
  { id: "1", metadata: { a: "x", b: 7 } },
  { id: "2", metadata: {} },
];

test("texts are numbers only where writing the number yields the text", () => {
  const texts = ["", "  ", "7", "-0.5", "007", "1.0", "1e5", "12345678901234567", "Infinity", "NaN", " E. coli "];
  const values = [null, null, 7, -0.5, "007", "1.0", "1e5", "12345678901234567", "Infinity", "NaN", "E. coli"];
  assert.deepEqual(texts.map(typedValue), values);
});

test("the cells of a spreadsheet: quotes, breaks within cells, and the break at the end", () => {
  assert.deepEqual(cellsOf("a\tb\r\nc\td\r\n"), [
    ["a", "b"],
    ["c", "d"],
  ]);
  assert.deepEqual(cellsOf('"two\nlines"\t"say ""hi"""\n\t'), [
    ["two\nlines", 'say "hi"'],
    ["", ""],
  ]);
  assert.deepEqual(cellsOf("one"), [["one"]]);
  assert.deepEqual(cellsOf('5" pipe'), [['5" pipe']]);
});

test("an edit is kept until the text is the sample's own again", () => {
  const [one] = samples;
  const changed = edited(NO_EDITS, [
    { sample: one, field: "a", text: "y" },
    { sample: one, field: "b", text: "" },
  ]);
  assert.equal(countOf(changed), 2);
  const back = edited(changed, [
    { sample: one, field: "a", text: "x" },
    { sample: one, field: "b", text: "7" },
  ]);
  assert.equal(countOf(back), 0);
  assert.equal(countOf(changed), 2, "edits are never changed in place");
  assert.equal(countOf(without(changed, "1")), 0);
});

test("what is pasted beyond the last row or column is counted", () => {
  const { cells, outside } = pasted([["p", "q"], ["r", "s"], ["t"]], { row: 0, column: 1 }, samples, ["a", "b"]);
  assert.deepEqual(
    cells.map(({ sample, field, text }) => [sample.id, field, text]),
    [
      ["1", "b", "p"],
      ["2", "b", "r"],
    ],
  );
  assert.equal(outside, 3);
});

test("edits survive the tab's storage; what is no edits of ours is none", () => {
  const changed = edited(NO_EDITS, [{ sample: samples[1], field: "a", text: "new" }]);
  assert.deepEqual(fromText(toText(changed)), changed);
  assert.equal(toText(NO_EDITS), null);
  assert.equal(fromText("{").size, 0);
});
