// The uploads of this tab, as every page shows them.
import { observable } from "../changes.js";
import { me } from "../session.js";
import { device } from "../storage.js";

/**
 * What is being uploaded, or was: `[{id, name, size, sent, status, error, sampleId, sampleName}]`, where `status` is
 * `waiting`, `uploading`, `done`, `already-there` or `failed`.
 */
export const uploads = observable([]);

export const isActive = (upload) => upload.status === "waiting" || upload.status === "uploading";

/** Bytes sent and to send, and files by state. */
export function totalsOf(list) {
  const count = (...states) => list.filter((upload) => states.includes(upload.status)).length;
  return {
    files: list.length,
    done: count("done", "already-there"),
    failed: count("failed"),
    active: list.filter(isActive).length,
    size: list.reduce((sum, upload) => sum + upload.size, 0),
    sent: list.reduce((sum, upload) => sum + (upload.status === "failed" ? 0 : upload.sent), 0),
  };
}

const JOURNAL = "uploads";
const LASTS = 7 * 24 * 3600_000; // ms; S3 keeps the parts of an upload for so long
const MOST = 2_000;

function read() {
  try {
    const rows = JSON.parse(device.get(JOURNAL) ?? "[]");
    return rows.filter((row) => Date.now() - row.at < LASTS);
  } catch {
    return [];
  }
}

/**
 * Uploads that have begun and are not complete, on this device: `[{userId, fileId, sampleId, sampleName, name, size,
 * modified, at}]`. They outlive the page: a person who chooses the same file again continues it.
 */
export const journal = observable(read());

/** Those of the person who is signed in. */
export const ownOf = (rows) => rows.filter((row) => row.userId === me.get()?.id);

const write = (rows) => {
  journal.set(rows);
  device.set(JOURNAL, rows.length ? JSON.stringify(rows.slice(-MOST)) : null);
};

/** Note that a file's upload has begun. */
export const begun = (row) =>
  write([...read().filter((one) => one.fileId !== row.fileId), { ...row, userId: me.get()?.id, at: Date.now() }]);

/** Note that there is nothing left to continue. */
export const ended = (fileId) => write(read().filter((one) => one.fileId !== fileId));

/** The upload of this file that was interrupted, if there is one. */
export const interrupted = ({ sampleId, name, size, modified }) =>
  ownOf(read()).find(
    (row) => row.sampleId === sampleId && row.name === name && row.size === size && row.modified === modified,
  );
