// The transfer of one file: its record, its parts to the presigned URLs, its completion.
import { all, get, Problem, post, Unreachable } from "../api.js";
import { t } from "../language.js";
import { limiter } from "../limiter.js";
import { path } from "../router.js";
import { begun, ended, interrupted } from "./state.js";

const CONNECTIONS = 4; // parts under way in a tab; browsers open six connections to one host
const ATTEMPTS = 6;
const FIRST_PAUSE = 1_000; // ms, doubled by each failure
const ROUNDS = 5; // of fresh URLs
const REDIRECTS = 300; // the lowest status that is not a success
const SERVER_ERRORS = 500;

const withConnection = limiter(CONNECTIONS);

class Refused extends Error {
  constructor(status) {
    super(t("upload.refused", { status: String(status) }));
    this.status = status;
  }
}

/**
 * PUT a part; resolves when S3 has it. Rejects with Refused, Unreachable or AbortError.
 *
 * @returns {Promise<void>}
 */
const put = (part, body, signal, onProgress) =>
  new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch does not report how much was sent
    const abort = () => request.abort();
    const settle = (act) => {
      signal.removeEventListener("abort", abort);
      act();
    };
    request.open("PUT", part.url);
    for (const [name, value] of Object.entries(part.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => settle(() => (request.status < REDIRECTS ? done() : failed(new Refused(request.status))));
    request.onerror = () => settle(() => failed(new Unreachable()));
    request.onabort = () => settle(() => failed(new DOMException("aborted", "AbortError")));
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    else request.send(body);
  });

/** @returns {Promise<void>} */
const pause = (milliseconds, signal) =>
  new Promise((done, failed) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        failed(new DOMException("aborted", "AbortError"));
      },
      { once: true },
    );
  });

/** Send a part, again after what may pass; "expired" when its URL is no longer accepted. */
async function sendPart(part, body, signal, onProgress) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await put(part, body, signal, onProgress);
      return "sent";
    } catch (error) {
      onProgress(0);
      if (error.name === "AbortError") throw error;
      if (error.status === 403) return "expired";
      if (error.status === 412) return "sent"; // it is there: the response of an earlier attempt was lost
      const may = !(error instanceof Refused) || error.status >= SERVER_ERRORS || [408, 429].includes(error.status);
      if (!may || attempt === ATTEMPTS) throw error;
      await pause(FIRST_PAUSE * 2 ** (attempt - 1), signal);
    }
  }
}

/** The file in the sample's list that this one is, by name and size. */
async function present(sampleId, { name, size }) {
  const files = await all(path`/samples/${sampleId}/files`, { q: name });
  return files.find((file) => file.filename === name && file.size === size);
}

/** The interrupted upload of a file, if the service still knows it. */
async function continued(task) {
  const known = interrupted(task);
  if (!known) return null;
  try {
    return await get(path`/files/${known.fileId}/upload`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    ended(known.fileId); // deleted, or completed by a request whose response was lost
    return null;
  }
}

/**
 * Upload a file to its sample; returns `{file, wasThere}`. What the sample has under this name in this size is not
 * uploaded again; what was interrupted is continued.
 *
 * @param {{sampleId: string, sampleName: string, name: string, size: number, modified: number, source: Blob, key: string}} task
 * @param {{signal: AbortSignal, mate: () => Promise<any>, onCreated: (file: any) => void, onProgress: (sent: number) => void}} hooks
 *   `mate` resolves to the forward file of the pair, or undefined
 */
export async function sendFile(task, { signal, mate, onCreated, onProgress }) {
  const there = await present(task.sampleId, task);
  if (there) {
    onCreated(there);
    return { file: there, wasThere: true };
  }
  let made = await continued(task);
  if (!made) {
    const forward = await mate();
    const pair = forward && !forward.paired_with ? { paired_with: forward.id, direction: "reverse" } : {};
    made = await post(
      path`/samples/${task.sampleId}/files`,
      { filename: task.name, size: task.size, ...pair },
      task.key,
    );
    const { sampleId, sampleName, name, size, modified } = task;
    begun({ fileId: made.id, sampleId, sampleName, name, size, modified });
  }
  onCreated(made);
  const file = await sendParts(made, task, signal, onProgress);
  ended(file.id);
  return { file, wasThere: false };
}

async function sendParts(made, task, signal, onProgress) {
  let upload = made.upload;
  for (let round = 1; ; round += 1) {
    const sent = new Map();
    const before = task.size - upload.parts.reduce((sum, part) => sum + sizeOf(part, upload, task), 0);
    const report = (number, bytes) => {
      sent.set(number, bytes);
      onProgress(before + [...sent.values()].reduce((sum, one) => sum + one, 0));
    };
    onProgress(before);
    const outcomes = await Promise.all(
      upload.parts.map((part) =>
        withConnection(async () => {
          const from = (part.part_number - 1) * upload.part_size;
          const body = task.source.slice(from, from + sizeOf(part, upload, task));
          return sendPart(part, body, signal, (bytes) => report(part.part_number, bytes));
        }),
      ),
    );
    try {
      if (!outcomes.includes("expired")) return await post(path`/files/${made.id}/complete`, { parts: [] });
    } catch (error) {
      if (error.slug !== "parts-missing" || round === ROUNDS) throw error;
    }
    if (round === ROUNDS) throw new Refused(403);
    upload = (await get(path`/files/${made.id}/upload`)).upload;
  }
}

const sizeOf = (part, upload, task) =>
  Math.min(upload.part_size || task.size, task.size - (part.part_number - 1) * upload.part_size);
