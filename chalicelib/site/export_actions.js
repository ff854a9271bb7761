// What one does with an export on any page: extend it, create it again, ask and then remove it.

import { say, sayRefused } from "./announcements.js";
import { post, remove } from "./api.js";
import { copyText } from "./clipboard.js";
import { nameOf } from "./export_state.js";
import { moment, t } from "./language.js";
import { watch } from "./notices.js";
import { Question } from "./question.js";
import { go, path, wholeAddress } from "./router.js";
import { html } from "./view.js";

/** Keep an export three business days longer; returns the export, or null if that was refused. */
export async function extend(made) {
  try {
    const extended = await post(path`/exports/${made.id}/extend`, {});
    say(t("export.extended", { date: moment(extended.expires_at) }));
    return extended;
  } catch (error) {
    sayRefused(error);
    return null;
  }
}

/** Create the same export again, which may be gone, and go to it. */
export async function repeat(id) {
  try {
    const made = await post(path`/exports/${id}/repeat`, {}, crypto.randomUUID());
    say(t("export.created"));
    watch();
    go(path`/exports/${made.id}`);
  } catch (error) {
    sayRefused(error);
  }
}

/** Copy the address of a page. */
export async function copyAddress(of) {
  if (await copyText(wholeAddress(of))) say(t("link.copied"));
}

/** Remove exports; those that are gone already are no error. Rejects with the first refusal. */
export const removeAll = (exports) =>
  Promise.all(
    exports.map((made) =>
      remove(path`/exports/${made.id}`).catch((refused) => {
        if (![404, 410].includes(refused.status)) throw refused;
      }),
    ),
  );

/** Asks whether an export is to be removed, and removes it; `verb` is `delete` or `remove`, the button's word. */
export function RemoveDialog({ made, verb, onClose, onRemoved }) {
  const done = () => {
    say(t("export.removed", { name: nameOf(made) }));
    onRemoved();
  };
  return html`<${Question}
    title=${t(`${verb}.title`)}
    verb=${t(verb)}
    act=${() => removeAll([made])}
    onDone=${done}
    onClose=${onClose}
  >
    <p>${t("remove.question")} <strong><bdi>${nameOf(made)}</bdi></strong></p>
    <p class="quiet">${t(made.status === "processing" ? "remove.stops" : "remove.final")}</p>
  <//>`;
}
