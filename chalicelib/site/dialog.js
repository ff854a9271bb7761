// Modal dialogs on <dialog>: the browser keeps the focus inside; it goes back to where it was.
import { t } from "./language.js";
import { classes, html, useId, useLayoutEffect, useRef } from "./view.js";

/** A modal dialog with a title. `onClose` is called for Escape and the cross; `wide` is for two lists side by side. */
export function Dialog({ title, onClose, children, wide = false, closable = true }) {
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
    if (closable) onClose();
  };
  return html`
    <dialog ref=${element} class=${classes(wide && "wide")} aria-labelledby=${id} onCancel=${cancel}>
      <header>
        <h2 id=${id}>${title}</h2>
        ${
          closable &&
          html`<button type="button" class="plain icon" aria-label=${t("close")} onClick=${onClose}>×</button>`
        }
      </header>
      ${children}
    </dialog>
  `;
}
