// Asks before something is done that can't be undone.
import { Dialog } from "./dialog.js";
import { t } from "./language.js";
import { html, useState } from "./view.js";

/** A question with `children` as its text; `act` is called for `verb`, the word of the button. What it rejects with is
 * shown; once it has ended, the dialog closes, then `onDone` is called: it may go to another page. */
export function Question({ title, verb, act, onDone, onClose, children }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const confirm = async () => {
    setBusy(true);
    try {
      await act();
      onClose();
      onDone?.();
    } catch (refused) {
      if (refused.name !== "AbortError") setError(refused);
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    ${children}
    ${error && html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`}
    <footer>
      <button type="button" onClick=${onClose} autofocus>${t("cancel")}</button>
      <button type="button" class="danger" disabled=${busy} onClick=${confirm}>${verb}</button>
    </footer>
  <//>`;
}
