// Announcements that don't move the focus: to everybody as a note at the page's foot, or to screen readers alone.
import { observable } from "./changes.js";
import { t } from "./language.js";
import { html, useEffect } from "./view.js";

const SHOWN_FOR = 8_000;
const note = observable(null);
const whisper = observable("");

/** Show a note; one of kind `error`, or with an `action` (`{label, act}`), stays until it is closed. */
export const say = (text, kind = "done", action = null) => note.set({ text, kind, action });

/** Show why something was refused or did not work; what the person broke off is no error. */
export const sayRefused = (error) =>
  error.name !== "AbortError" && say(error.message || t("problem.unreachable.text"), "error");

/** Tell screen readers only, what others see elsewhere on the page. */
export const announce = (text) => whisper.set(whisper.get() === text ? `${text}\u00a0` : text);

/** The live regions: always there, because what appears together with its region is not read out. */
export function Announcements() {
  const shown = note.use();
  const quiet = whisper.use();
  useEffect(() => {
    if (!shown || shown.kind === "error" || shown.action) return undefined;
    const timer = setTimeout(() => note.set(null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [shown]);
  const act = () => {
    note.set(null);
    shown.action.act();
  };
  return html`
    <div class="visually-hidden" role="status" data-live>${quiet}</div>
    <div role=${shown?.kind === "error" ? "alert" : "status"}>
      ${
        shown &&
        html`<div class="note" data-kind=${shown.kind}>
        <p>${shown.text}</p>
        ${shown.action && html`<button type="button" onClick=${act}>${shown.action.label}</button>`}
        <button type="button" class="plain icon" aria-label=${t("close")} onClick=${() => note.set(null)}>×</button>
      </div>`
      }
    </div>
  `;
}
