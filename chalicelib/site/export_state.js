// How far an export is, as a word and as a bar.
import { percent, t } from "./language.js";
import { html } from "./view.js";

/** *Processing*, *Ready* or *Failed*. */
export const Status = ({ status }) =>
  html`<span class="status" data-status=${status}>${t(`status.${status}`)}</span>`;

/** The bar and the current step of an export that is being worked on. */
export function Progress({ made, label }) {
  const { percent: done, step } = made.progress;
  return html`<span class="progress">
    <progress max="100" value=${done} aria-label=${label ?? t("progress")}></progress>
    <span>${percent(done)}</span>
    <span class="quiet">${t(`step.${step}`)}</span>
  </span>`;
}

const SOON = 2_000;
/** After how long to look again at exports of which some are being worked on. */
export const lookAgain = (some) => some.some((made) => made.status === "processing") && SOON;
