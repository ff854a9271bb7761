import assert from "node:assert/strict";
import { test } from "node:test";
import { inPairs, planOf } from "../../chalicelib/site/uploads/plan.js";

const file = (path, size = 10) => ({ path, size });
const shown = (plan) =>
  plan.map(({ sample, files }) => [
    sample,
    files.map(({ name, forward }) => (forward === undefined ? name : [name, forward])),
  ]);

test("reads are paired and go to the sample that their names begin with", () => {
  const plan = planOf([
    file("run/EC-1_S1_L001_R2_001.fastq.gz"),
    file("run/EC-1_S1_L001_R1_001.fastq.gz"),
    file("run/b_1.fq"),
    file("run/b_2.fq"),
    file("run/c.F.fastq"),
    file("run/c.R.fastq"),
  ]);
  assert.deepEqual(shown(plan), [
    ["EC-1", ["EC-1_S1_L001_R1_001.fastq.gz", ["EC-1_S1_L001_R2_001.fastq.gz", 0]]],
    ["b", ["b_1.fq", ["b_2.fq", 0]]],
    ["c", ["c.F.fastq", ["c.R.fastq", 0]]],
  ]);
});

test("files in folders inside the dropped one are of the sample that the folder is named after", () => {
  const plan = planOf([file("run/S1/reads_1.fastq"), file("run/S1/reads_2.fastq"), file("run/S2/assembly.fasta")]);
  assert.deepEqual(shown(plan), [
    ["S1", ["reads_1.fastq", ["reads_2.fastq", 0]]],
    ["S2", ["assembly.fasta"]],
  ]);
});

test("lanes, and reads of other stems or endings, are no pairs", () => {
  const plan = planOf([
    file("A_S1_L001_R1_001.fastq.gz"),
    file("A_S1_L002_R2_001.fastq.gz"),
    file("A_1.fastq"),
    file("A_2.fastq.gz"),
  ]);
  assert.deepEqual(
    plan.flatMap(({ files }) => files.map(({ forward }) => forward)),
    [undefined, undefined, undefined, undefined],
  );
});

test("other files are of the sample of their name without endings; hidden and empty ones are none", () => {
  const plan = planOf([
    file("x/EC-2.contigs.fasta.gz"),
    file("x/EC-3.json"),
    file("x/.DS_Store"),
    file("x/.git/config"),
    file("x/empty.txt", 0),
    file("README"),
  ]);
  assert.deepEqual(shown(plan), [
    ["README", ["README"]],
    ["EC-2.contigs", ["EC-2.contigs.fasta.gz"]],
    ["EC-3", ["EC-3.json"]],
  ]);
});

test("for one sample all files are its own", () => {
  const plan = planOf([file("b_2.fastq"), file("a/b_1.fastq"), file("b_1.fastq")], { sample: "Mine" });
  assert.deepEqual(shown(plan), [["Mine", ["b_1.fastq", "b_1.fastq", ["b_2.fastq", 1]]]]);
});

test("a reverse file is shown after its forward one", () => {
  const [{ files }] = planOf([file("x_1.fastq"), file("x_2.fastq"), file("x_0.txt")], { sample: "x" });
  assert.deepEqual(
    inPairs(files).map(({ name }) => name),
    ["x_0.txt", "x_1.fastq", "x_2.fastq"],
  );
});
