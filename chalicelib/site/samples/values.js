// Metadata values as people type and paste them. Pure.

const MOST = 1e15; // whole numbers below it are exact as doubles

/** The value of a typed text: null when empty, a number only where writing it again yields the same text. */
export function typedValue(text) {
  const trimmed = text.trim();
  if (!trimmed) return null;
  const number = Number(trimmed);
  return String(number) === trimmed && Math.abs(number) < MOST && !trimmed.includes("e") ? number : trimmed;
}

export const textOf = (value) => (value === undefined || value === null ? "" : String(value));

/** The cells of a text that was copied from a spreadsheet: rows of cells between tabs; quoted ones may have line breaks. */
export function cellsOf(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n");
  for (let at = 0; at < source.length; at += 1) {
    const letter = source[at];
    if (quoted && letter === '"') {
      if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (!quoted && letter === '"' && cell === "") quoted = true;
    else if (!quoted && (letter === "\t" || letter === "\n")) {
      rows.at(-1).push(cell);
      cell = "";
      if (letter === "\n") rows.push([]);
    } else cell += letter;
  }
  rows.at(-1).push(cell);
  if (rows.length > 1 && rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop(); // the break at the end
  return rows;
}
