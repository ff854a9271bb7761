// The state of a workflow execution.
import { t } from "./language.js";
import { html } from "./view.js";

export const RUN_STATES = [
  "initial",
  "prepared",
  "submitted",
  "running",
  "completing",
  "completed",
  "error",
  "canceling",
  "canceled",
]; // prettier-ignore
const LOOKS = { completed: "ready", error: "failed", canceled: "over", canceling: "over" };

export const RunState = ({ state }) =>
  html`<span class="status" data-status=${LOOKS[state] ?? "processing"}>${t(`state.${state}`)}</span>`;

export const isCompleted = (run) => run.state === "completed";
