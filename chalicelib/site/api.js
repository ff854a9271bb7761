// The HTTP contract: JSON in, JSON out, problems as errors.
import { language } from "./language.js";
import { address } from "./router.js";
import { signInAgain, token } from "./session.js";

/** What the API refused, or could not do: a problem (RFC 9457). */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? document.title ?? String(status));
    this.status = status;
    this.slug = (document.type ?? "").split("/").pop();
    this.title = document.title;
    this.errors = document.errors ?? [];
  }

  /** What is wrong with one field of the request, and with all below it, or undefined. */
  at(pointer) {
    const found = this.errors.filter((row) => row.pointer === pointer || row.pointer.startsWith(`${pointer}/`));
    return found.length ? [...new Set(found.map((row) => row.detail))].join(" ") : undefined;
  }
}

/** Nothing answered: no network, or the service is away. */
export class Unreachable extends Error {}

/**
 * The answer to a request below `/api/v1`. A session that has ended is begun again first, and the request repeated:
 * the caller only waits longer. Throws Problem and Unreachable.
 *
 * @param {string} method
 * @param {string} path
 * @param {{ body?: unknown, key?: string, signal?: AbortSignal }} options `key` is the Idempotency-Key
 */
export async function call(method, path, { body, key, signal } = {}) {
  for (;;) {
    const used = token();
    const answer = await ask(method, path, { body, key, signal, used });
    if (answer.status !== 401) return read(answer);
    await signInAgain(used);
  }
}

async function ask(method, path, { body, key, signal, used }) {
  const headers = { "Accept-Language": language() };
  if (used) headers.Authorization = `Bearer ${used}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  try {
    return await fetch(address(`/api/v1${path}`), { method, headers, body: JSON.stringify(body), signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
}

async function read(answer) {
  let document = null;
  try {
    const text = await answer.text();
    document = text ? JSON.parse(text) : null;
  } catch {
    throw new Unreachable(); // cut off on the way
  }
  if (!answer.ok) throw new Problem(answer.status, document ?? {});
  return document;
}

export const get = (path, signal) => call("GET", path, { signal });
export const post = (path, body, key) => call("POST", path, { body, key });
export const patch = (path, body) => call("PATCH", path, { body });
export const remove = (path) => call("DELETE", path);

/** A query of a path: `undefined`, `null` and empty texts are skipped. */
export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/** Every item of a list, page by page. */
export async function all(path, parameters = {}, signal) {
  const items = [];
  let cursor;
  do {
    const page = await get(path + query({ ...parameters, limit: 1000, cursor }), signal);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}
