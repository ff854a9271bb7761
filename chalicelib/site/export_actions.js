// What one does with an export from wherever it stands: download it, ask and then remove it.

import { say } from "./announcements.js";
import { post, remove } from "./api.js";
import { Dialog } from "./dialog.js";
import { t } from "./language.js";
import { path } from "./router.js";
import { html, useState } from "./view.js";

export const nameOf = (made) => made.name ?? made.id;

/** Ask for a fresh link and follow it. A refusal is announced, and `onRefused` reloads the export. */
export async function download(made, onRefused) {
  try {
    const link = await post(path`/exports/${made.id}/download`, {});
    location.assign(link.url);
    say(t("download.begun", { name: link.filename }));
  } catch (error) {
    if (error.name === "AbortError") return;
    say(error.message || t("problem.unreachable.text"), "error");
    onRefused?.();
  }
}

/** Asks whether an export is to be removed, and removes it; `verb` is `delete` or `remove`, the button's word. */
export function RemoveDialog({ made, verb, onClose, onRemoved }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const confirm = async () => {
    setBusy(true);
    try {
      await remove(path`/exports/${made.id}`).catch((refused) => {
        if (![404, 410].includes(refused.status)) throw refused; // it is gone already
      });
      onClose();
      say(t("export.removed", { name: nameOf(made) }));
      onRemoved();
    } catch (refused) {
      setError(refused.message || t("problem.unreachable.text"));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${t(`${verb}.title`)} onClose=${onClose}>
    <p>${t("remove.question")} <strong><bdi>${nameOf(made)}</bdi></strong></p>
    <p class="quiet">${t(made.status === "processing" ? "remove.stops" : "remove.final")}</p>
    ${error && html`<p class="error" role="alert">${error}</p>`}
    <footer>
      <button type="button" onClick=${onClose}>${t("cancel")}</button>
      <button type="button" class="danger" disabled=${busy} onClick=${confirm}>${t(verb)}</button>
    </footer>
  <//>`;
}
