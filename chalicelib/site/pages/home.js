// The first page: what this is for, in one screen.
import { t } from "../language.js";
import { PageHeading } from "../page.js";
import { Link } from "../router.js";
import { signIn, useToken } from "../session.js";
import { html } from "../view.js";

const KINDS = [
  ["sample", "/projects"],
  ["linelist", "/projects"],
  ["analysis", "/workflow-executions"],
];

export default function Home() {
  const signedIn = useToken() !== null;
  return html`
    <${PageHeading} title=${t("home.title")} />
    <p class="lead">${t("home.lead")}</p>
    <div class="cards">
      ${KINDS.map(
        ([kind, to]) => html`<section key=${kind} class="card">
          <h2>${t(`type.${kind}.long`)}</h2>
          <p>${t(`home.${kind}`)}</p>
          ${signedIn && html`<${Link} to=${to}>${t(`home.${kind}.go`)}<//>`}
        </section>`,
      )}
    </div>
    <ol class="steps">
      <li>${t("home.step.1")}</li>
      <li>${t("home.step.2")}</li>
      <li>${t("home.step.3")}</li>
    </ol>
    <p class="actions">
      ${
        signedIn
          ? html`<${Link} to="/exports" class="button primary">${t("exports")}<//> <${Link} to="/projects" class="button">${t("projects")}<//>`
          : html`<button type="button" class="primary" onClick=${signIn}>${t("sign-in")}</button>`
      }
    </p>
  `;
}
