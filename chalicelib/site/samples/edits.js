// Changes of metadata that are not saved yet, by sample and field, as texts. Pure; never changed in place.

/** `Map` from a sample's id to an object of texts by field. */
export const NO_EDITS = new Map();

/** The edits with other texts in some cells, `[{sample, field, text}]`; a text that the sample has already is no change. */
export function edited(edits, cells) {
  const next = new Map(edits);
  for (const { sample, field, text } of cells) {
    const own = { ...next.get(sample.id) };
    const present = sample.metadata[field];
    if (text.trim() === (present === undefined ? "" : String(present))) delete own[field];
    else own[field] = text;
    if (Object.keys(own).length) next.set(sample.id, own);
    else next.delete(sample.id);
  }
  return next;
}

export const without = (edits, id) => new Map([...edits].filter(([one]) => one !== id));

export const countOf = (edits) => [...edits.values()].reduce((sum, own) => sum + Object.keys(own).length, 0);

/**
 * Where the cells that were copied from a spreadsheet go, from a cell on: `{cells, outside}`, where `outside` counts
 * those beyond the last row or column.
 */
export function pasted(rows, { row, column }, samples, fields) {
  const cells = [];
  let outside = 0;
  rows.forEach((texts, down) => {
    texts.forEach((text, right) => {
      const sample = samples[row + down];
      const field = fields[column + right];
      if (sample && field) cells.push({ sample, field, text });
      else outside += 1;
    });
  });
  return { cells, outside };
}

export const toText = (edits) => (edits.size ? JSON.stringify([...edits]) : null);

export function fromText(text) {
  try {
    return new Map(JSON.parse(text ?? "[]"));
  } catch {
    return NO_EDITS;
  }
}
