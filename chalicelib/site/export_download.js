// The download of an export.
import { say, sayRefused } from "./announcements.js";
import { post } from "./api.js";
import { t } from "./language.js";
import { path } from "./router.js";

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
