// The files that a person dropped or chose, with those in folders, and their paths.

const BATCH_MOST = 100_000; // files of one drop

const entryFile = (entry) => new Promise((done, failed) => entry.file(done, failed));
const batchOf = (reader) => new Promise((done, failed) => reader.readEntries(done, failed));

/** All files below an entry of a drop (File and Directory Entries API). */
async function below(entry, prefix, into) {
  const path = `${prefix}${entry.name}`;
  if (entry.isFile) {
    const file = await entryFile(entry);
    into.push({ path, size: file.size, source: file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const batch = await batchOf(reader); // at most 100 at a time, none at the end
    if (!batch.length || into.length > BATCH_MOST) return;
    for (const one of batch) await below(one, `${path}/`, into);
  }
}

/** The files of a drop, `[{path, size, source}]`. */
export async function droppedFiles(transfer) {
  // The entries must be taken before the first wait: the browser empties the list after the event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return pickedFiles(transfer.files);
  const into = [];
  for (const entry of entries) await below(entry, "", into);
  return into;
}

/** The files of an `<input type="file">`, with their paths where a folder was chosen. */
export const pickedFiles = (files) =>
  [...files].map((file) => ({ path: file.webkitRelativePath || file.name, size: file.size, source: file }));
