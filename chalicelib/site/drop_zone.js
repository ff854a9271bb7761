// Where files are dropped, or chosen by a button.
import { html, useEffect, useId, useState } from "./view.js";

/**
 * A place for files: `onDrop` gets the `DataTransfer`, `onPick` the files of the file chooser. `choices` are its buttons:
 * `[{label, folder, multiple, accept}]`; `autofocus` is for dialogs.
 */
export function DropZone({ title, hint, choices, disabled = false, autofocus = false, onDrop, onPick }) {
  const id = useId();
  const [over, setOver] = useState(false);
  const dropped = (event) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    if (!disabled) onDrop(event.dataTransfer);
  };
  const picked = (event) => {
    onPick(event.target.files);
    event.target.value = ""; // the same file can be chosen again
  };
  return html`<div
    class="drop"
    data-over=${over}
    onDragOver=${(event) => {
      event.preventDefault();
      setOver(true);
    }}
    onDragLeave=${() => setOver(false)}
    onDrop=${dropped}
  >
    <p><strong>${title}</strong></p>
    <div class="actions">
      ${choices.map(
        ({ label, folder = false, multiple = false, accept }, place) => html`<span key=${label}>
          <input
            id=${`${id}-${place}`}
            class="visually-hidden"
            type="file"
            accept=${accept}
            multiple=${multiple}
            webkitdirectory=${folder}
            disabled=${disabled}
            autofocus=${autofocus && place === 0}
            aria-describedby=${`${id}-hint`}
            onChange=${picked}
          />
          <label for=${`${id}-${place}`} class="button">${label}</label>
        </span>`,
      )}
    </div>
    <p id=${`${id}-hint`} class="quiet small">${hint}</p>
  </div>`;
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

/** Calls `onDrop(dataTransfer)` for files that are dropped anywhere on the page, unless a dialog is open or `enabled` is
 * false; returns whether files are being dragged over it. */
export function usePageDrop(enabled, onDrop) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!enabled) return undefined;
    const isOurs = (event) => hasFiles(event) && !document.querySelector("dialog[open]");
    const drag = (event) => {
      if (!isOurs(event)) return;
      event.preventDefault(); // else the browser opens the file in the place of the page
      setOver(true);
    };
    const leave = (event) => {
      if (!event.relatedTarget) setOver(false);
    };
    const drop = (event) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      onDrop(event.dataTransfer);
    };
    document.addEventListener("dragover", drag);
    document.addEventListener("dragleave", leave);
    const reset = () => setOver(false); // also for what is dropped on a zone of its own
    document.addEventListener("drop", reset, true);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", drag);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", reset, true);
      document.removeEventListener("drop", drop);
    };
  }, [enabled]);
  return over;
}
