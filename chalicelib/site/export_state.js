// How far an export is, as a word and as a bar.
import { percent, t } from "./language.js";
import { html } from "./view.js";

/** What people know an export by. */
export const nameOf = (made) => made.name ?? made.id;

/** Is an export ready that lacks something? */
const isIncomplete = (made) => made.status === "ready" && made.warnings > 0;

/** The state of an export as a word: one that is ready but lacks something says so, and looks it. */
export const statusText = (made) =>
  isIncomplete(made) ? `${t("status.ready")} · ${t("excluded", { n: made.warnings })}` : t(`status.${made.status}`);

/** *Processing*, *Ready*, *Ready · 1 excluded* or *Failed*. */
export const Status = ({ made }) =>
  html`<span class="status" data-status=${isIncomplete(made) ? "incomplete" : made.status}
    >${statusText(made)}</span
  >`;

/** The announcement when an export has become ready, or failed. */
export const outcomeText = (made, name) =>
  isIncomplete(made) ? t("outcome.incomplete", { name, n: made.warnings }) : t(`outcome.${made.status}`, { name });

/** The bar and the current step of an export that is being worked on. */
export function Progress({ made, label }) {
  const { percent: done, step, queue_position: position } = made.progress;
  return html`<span class="progress">
    <progress max="100" value=${done} aria-label=${label ?? t("progress")}></progress>
    <span>${percent(done)}</span>
    <span class="quiet">${position ? t("step.queued.position", { n: position }) : t(`step.${step}`)}</span>
  </span>`;
}

const SOON = 2_000;
const LATER = 20_000;
/** After how long to look again at exports: soon where some are being worked on; but others may be made elsewhere. */
export const lookAgain = (some) => (some.some((made) => made.status === "processing") ? SOON : LATER);
