// Which local files belong to which sample, and which are pairs of reads, by their names. Pure; the same rules as those
// of the command-line client (client/src/seqport/transfer/upload_plan.py).

const READS = /\.(fastq|fq)(\.gz|\.bz2)?$/i;
const ENDING = /(\.[a-z][a-z0-9]{0,11})?(\.gz|\.bz2|\.xz|\.zst|\.zip)?$/i;
// Illumina: sample number, lane, mate, chunk; else the mate as the last token of the name.
const MATES = [/^(.+)(_S\d+(?:_L\d{3})?_R)([12])(_\d{3})$/, /^(.+)([._-][Rr]?)([12])()$/, /^(.+)([._-])([FRfr])()$/];
const FORWARD = "1Ff";

/** The sample, the mate's letter and the stem that a pair shares, of a file of reads; null for other names. */
function mateOf(name) {
  const ending = READS.exec(name);
  if (!ending) return null;
  const text = name.slice(0, ending.index);
  for (const pattern of MATES) {
    const found = pattern.exec(text);
    if (found) {
      const [, sample, before, mate, after] = found;
      return { sample, mate, stem: `${sample}${before}\0${after}${ending[0].toLowerCase()}` };
    }
  }
  return null;
}

const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);
const isHidden = (path) => path.split("/").some((segment) => segment.startsWith("."));

/** A file is of the sample that its folder inside the dropped one is named after, else of the one its name begins with. */
function sampleOf(path) {
  const segments = path.split("/");
  const name = segments.at(-1);
  const folder = segments.length > 2 ? segments.at(-2) : null; // the first is the dropped folder itself
  return folder ?? mateOf(name)?.sample ?? name.replace(ENDING, "");
}

/**
 * Files by sample: `[{sample, files: [{path, name, size, source, forward}]}]`, where `forward` is the index of the
 * forward file of a pair in the same list, on its reverse file. Hidden files and empty ones are not among them.
 *
 * @param {{path: string, size: number, source?: unknown}[]} found paths from the dropped folder on, or bare names
 */
export function planOf(found, { sample = null } = {}) {
  const groups = new Map();
  const inOrder = [...found].sort((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)));
  for (const file of inOrder) {
    if (isHidden(file.path) || !file.size) continue;
    const of = sample ?? sampleOf(file.path);
    if (!groups.has(of)) groups.set(of, []);
    groups.get(of).push({ ...file, name: nameOf(file.path), forward: undefined });
  }
  return [...groups].map(([name, files]) => ({ sample: name, files: paired(files) }));
}

/** The files with the forward ones first, and each reverse one with the index of its mate. */
function paired(files) {
  const isReverse = (file) => !FORWARD.includes(mateOf(file.name)?.mate ?? FORWARD[0]);
  const ordered = [...files.filter((file) => !isReverse(file)), ...files.filter(isReverse)];
  const forwards = new Map();
  ordered.forEach((file, place) => {
    const mate = mateOf(file.name);
    if (mate && !isReverse(file)) forwards.set(keyOf(file, mate), place);
  });
  return ordered.map((file) => {
    const mate = mateOf(file.name);
    return mate && isReverse(file) ? { ...file, forward: forwards.get(keyOf(file, mate)) } : file;
  });
}

/** What the two files of a pair have in common: their folder and the stem of their names. */
const keyOf = (file, { stem, mate }) =>
  `${file.path.slice(0, file.path.lastIndexOf("/") + 1)}${stem}${/[12]/.test(mate) ? "1" : "F"}`;

/** The files in the order in which they are shown: a reverse one after its forward one. */
export function inPairs(files) {
  const reverses = new Map(files.filter((file) => file.forward !== undefined).map((file) => [file.forward, file]));
  return files.flatMap((file, place) => {
    if (file.forward !== undefined) return [];
    const mate = reverses.get(place);
    return mate ? [file, mate] : [file];
  });
}
