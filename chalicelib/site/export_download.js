// The download of an export.
import { say, sayRefused } from "./announcements.js";
import { post } from "./api.js";
import { t } from "./language.js";
import { path } from "./router.js";

const BETWEEN = 1_000; // ms: browsers drop a navigation that follows another at once

/** Download several exports, one after the other; those that are refused are announced. */
export async function downloadAll(exports) {
  for (const made of exports) {
    await download(made);
    await new Promise((done) => setTimeout(done, BETWEEN));
  }
}

/** Ask for a fresh link and follow it. A refusal is announced, and `onRefused` reloads the export. */
export async function download(made, onRefused) {
  try {
    const link = await post(path`/exports/${made.id}/download`, {});
    location.assign(link.url);
    say(t("download.begun", { name: link.filename }));
  } catch (error) {
    sayRefused(error);
    if (error.name !== "AbortError") onRefused?.();
  }
}
