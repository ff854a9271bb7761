// Modal dialogs on <dialog>: the browser keeps the focus inside; it goes back to where it was.
import { t } from "./language.js";
import { classes, html, useId, useLayoutEffect, useRef, useState } from "./view.js";

/** A modal dialog with a title. `onClose` is called for Escape and the cross: once something was typed or chosen in it,
 * unless it is not `guarded`, only after a question. `wide` is for two lists side by side. */
export function Dialog({ title, onClose, children, wide = false, closable = true, guarded = true }) {
  const isTouched = useRef(false);
  const [leaving, setLeaving] = useState(false);
  const element = useRef(null);
  const id = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    element.current.showModal();
    return () => {
      element.current?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const cancel = (event) => {
    if (event.target !== element.current) return;
    event.preventDefault();
    leave();
  };
  const leave = () => {
    if (!closable) return;
    if (guarded && isTouched.current && !leaving) setLeaving(true);
    else onClose();
  };
  return html`
    <dialog ref=${element} class=${classes(wide && "wide")} aria-labelledby=${id} onCancel=${cancel} onInput=${() => (isTouched.current = true)}>
      <header>
        <h2 id=${id}>${title}</h2>
        ${
          closable &&
          html`<button type="button" class="plain icon" aria-label=${t("close")} onClick=${leave}>×</button>`
        }
      </header>
      ${
        leaving &&
        html`<div class="failure" role="alert">
          <p><strong>${t("dialog.leave")}</strong></p>
          <p class="actions">
            <button type="button" onClick=${() => setLeaving(false)}>${t("dialog.stay")}</button>
            <button type="button" class="danger" onClick=${onClose}>${t("dialog.discard")}</button>
          </p>
        </div>`
      }
      ${children}
    </dialog>
  `;
}
