import assert from "node:assert/strict";
import { test } from "node:test";
import { findIn } from "../../chalicelib/site/highlight.js";

const marked = (text, q) => {
  const found = findIn(text, q);
  return found && text.slice(...found);
};

test("what begins at a word is marked as it is written", () => {
  assert.equal(marked("SARS-CoV-2/human/CAN/ON-1234", "can"), "CAN");
  assert.equal(marked("Étude du fleuve", "ETUDE"), "Étude");
  assert.equal(marked("Échantillon à l’été", "été"), "été");
  assert.equal(marked("Isolate 2/lake", "2/l"), "2/l");
});

test("what is inside a word, or nowhere, is not marked", () => {
  assert.equal(marked("ON-1234", "234"), null);
  assert.equal(marked("ON-1234", "x"), null);
  assert.equal(marked("ON-1234", "  "), null);
});

test("characters of several units keep their places", () => {
  assert.equal(marked("🧬 EC-1", "ec"), "EC");
  assert.equal(marked("e\u0301tude EC", "ec"), "EC");
});
