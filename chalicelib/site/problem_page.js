// Shown instead of a page that can't be loaded: what happened, in plain words, and what to do next.
import { Unreachable } from "./api.js";
import { t } from "./language.js";
import { PageHeading } from "./page.js";
import { Link } from "./router.js";
import { html } from "./view.js";

const KINDS = { 403: "forbidden", 404: "missing", 410: "gone" };

/** A page for an error of the API, or for `status` alone; `retry` is offered where it can help. `of` says what was to be
 * shown, where there is something of its own to say: nobody shares an export. `children` are actions for what is gone. */
export function ProblemPage({ error, status = error?.status, retry, of, children }) {
  const kind = error instanceof Unreachable ? "unreachable" : (KINDS[status] ?? "broken");
  const helps = retry && (kind === "unreachable" || kind === "broken");
  return html`
    <div class="problem-page" role="alert">
      <${PageHeading} title=${t(`problem.${kind}.title`)} />
      <p>${t(kind === "missing" && of === "export" ? "problem.missing.export" : `problem.${kind}.text`)}</p>
      ${error?.detail && html`<p class="quiet">${error.detail}</p>`}
      ${kind === "forbidden" && error && html`<p class="quiet">${error.message}</p>`}
      <p class="actions">
        ${kind === "gone" && children}
        ${helps && html`<button type="button" class="primary" onClick=${retry}>${t("try-again")}</button>`}
        <${Link} to="/exports">${t("exports")}<//>
        <${Link} to="/">${t("home")}<//>
      </p>
    </div>
  `;
}
