// The queue of uploads: a few files at once, in the order in which they were added.
import { limiter } from "../limiter.js";
import { sendFile } from "./send.js";
import { isActive, uploads } from "./state.js";

const FILES = 3; // at once, so that small files don't wait for each other's requests
const withTurn = limiter(FILES);
const running = new Map(); // by the id of an upload: {source, controller, created, forwardId}

/** The promise of a value that arrives later. */
function later() {
  let done;
  let failed;
  const promise = new Promise((resolve, reject) => {
    done = resolve;
    failed = reject;
  });
  promise.catch(() => {}); // it may be that nobody waits for it
  return { promise, done, failed };
}

const change = (id, changes) =>
  uploads.set(uploads.get().map((upload) => (upload.id === id ? { ...upload, ...changes } : upload)));

const guard = (event) => event.preventDefault();

/**
 * Upload files to a sample: `files` as in a plan (`uploads/plan.js`), whose `forward` is an index in the same list.
 *
 * @param {{id: string, name: string}} sample
 * @param {{name: string, size: number, source: File, forward?: number}[]} files
 */
export function addUploads(sample, files) {
  const ids = files.map(() => crypto.randomUUID());
  const added = files.map((file, place) => {
    running.set(ids[place], {
      source: file.source,
      forwardId: file.forward === undefined ? null : ids[file.forward],
      controller: new AbortController(),
      created: later(),
    });
    const { name, size } = file;
    return { id: ids[place], name, size, sent: 0, status: "waiting", sampleId: sample.id, sampleName: sample.name };
  });
  if (!uploads.get().some(isActive)) addEventListener("beforeunload", guard);
  uploads.set([...uploads.get().filter((upload) => upload.status !== "done"), ...added]);
  for (const id of ids) start(id);
}

function start(id) {
  const { controller } = running.get(id);
  withTurn(() => (controller.signal.aborted ? undefined : run(id))).finally(checkFinished);
}

async function run(id) {
  const upload = uploads.get().find((one) => one.id === id);
  const { source, controller, created, forwardId } = running.get(id);
  change(id, { status: "uploading" });
  try {
    const task = { ...upload, modified: source.lastModified, source, key: id };
    const { wasThere } = await sendFile(task, {
      signal: controller.signal,
      mate: async () => (forwardId ? running.get(forwardId)?.created.promise : undefined),
      onCreated: created.done,
      onProgress: (sent) => change(id, { sent }),
    });
    change(id, { status: wasThere ? "already-there" : "done", sent: upload.size });
    running.set(id, { ...running.get(id), source: null }); // its mate may still ask for it, but not for its content
  } catch (error) {
    created.failed(error);
    if (error.name !== "AbortError") change(id, { status: "failed", sent: 0, error: error.message });
  }
}

function checkFinished() {
  if (uploads.get().some(isActive)) return;
  removeEventListener("beforeunload", guard);
}

/** Try a failed upload again; a forward file before its mate. */
export function retryFailed() {
  const failed = uploads.get().filter((upload) => upload.status === "failed");
  for (const { id } of failed) {
    running.set(id, { ...running.get(id), created: later(), controller: new AbortController() });
    change(id, { status: "waiting", error: undefined });
  }
  if (failed.length) addEventListener("beforeunload", guard);
  for (const { id } of failed) start(id);
}

/** Stop everything that is under way; what S3 has stays there, and choosing the same files continues. */
export function stopUploads() {
  for (const upload of uploads.get().filter(isActive)) {
    running.get(upload.id).controller.abort();
    running.get(upload.id).created.failed(new DOMException("aborted", "AbortError"));
  }
  uploads.set(uploads.get().filter((upload) => !isActive(upload)));
  checkFinished();
}

/** Stop, and show nothing of it any more, because the person signs out. */
export function abandonUploads() {
  stopUploads();
  clearUploads();
}

/** Take away what has ended. */
export function clearUploads() {
  uploads.set(uploads.get().filter(isActive));
}
