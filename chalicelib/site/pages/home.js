// The first page: one's own work; before signing in, what this is for.
import { query } from "../api.js";
import { extend } from "../export_actions.js";
import { download } from "../export_download.js";
import { nameOf, Progress, Status } from "../export_state.js";
import { t } from "../language.js";
import { useLoaded } from "../loading.js";
import { latest, watch } from "../notices.js";
import { Loading, PageHeading } from "../page.js";
import { Link, path } from "../router.js";
import { me, signIn, useToken } from "../session.js";
import { ended, isActive, journal, ownOf, uploads } from "../uploads/state.js";
import { html } from "../view.js";
import { visits } from "../visits.js";
import { When } from "../when.js";

const KINDS = ["sample", "linelist", "analysis"];
const SHOWN = 5;
const SOON = 36 * 3_600_000; // ms

export default function Home() {
  return useToken() === null ? html`<${Introduction} />` : html`<${MyWork} />`;
}

function Introduction() {
  return html`
    <${PageHeading} title=${t("home.title")} />
    <p class="lead">${t("home.lead")}</p>
    <div class="cards">
      ${KINDS.map(
        (kind) => html`<section key=${kind} class="card">
          <h2>${t(`type.${kind}.long`)}</h2>
          <p>${t(`home.${kind}`)}</p>
        </section>`,
      )}
    </div>
    <ol class="steps">
      <li>${t("home.step.1")}</li>
      <li>${t("home.step.2")}</li>
      <li>${t("home.step.3")}</li>
    </ol>
    <p class="actions"><button type="button" class="primary" onClick=${signIn}>${t("sign-in")}</button></p>
  `;
}

function MyWork() {
  const user = me.use();
  const made = latest.use();
  const soon = (made ?? []).filter(
    (one) => one.status === "ready" && one.expires_at && new Date(one.expires_at).getTime() - Date.now() < SOON,
  );
  const name = user?.first_name || user?.email;
  return html`
    <${PageHeading} title=${name ? t("home.welcome", { name }) : t("home")} />
    <div class="work">
      <section class="card">
        <h2>${t("home.exports")}</h2>
        ${made ? html`<${Recent} made=${made.slice(0, SHOWN)} />` : html`<${Loading} />`}
        <p class="actions"><${Link} to="/exports">${t("home.all-exports")}<//></p>
      </section>
      ${soon.length > 0 && html`<${ExpiringSoon} made=${soon} />`}
      <${Interrupted} />
      <section class="card">
        <h2>${t("home.projects")}</h2>
        <${RecentProjects} />
        <p class="actions">
          <${Link} to="/projects">${t("home.all-projects")}<//> <${Link} to="/groups">${t("groups")}<//>
        </p>
      </section>
    </div>
  `;
}

function Recent({ made }) {
  if (!made.length) return html`<p class="quiet">${t("home.no-exports")}</p>`;
  return html`<ul class="rows">
    ${made.map(
      (one) => html`<li key=${one.id}>
        <${Link} to=${path`/exports/${one.id}`} class="row-name"><bdi>${nameOf(one)}</bdi><//>
        <span class="row-state">
          <${Status} made=${one} />
          ${one.status === "processing" && html`<${Progress} made=${one} label=${t("progress.of", { name: nameOf(one) })} />`}
          ${
            one.status === "ready" &&
            html`<button type="button" class="link" aria-label=${t("download.named", { name: nameOf(one) })} onClick=${() => download(one, watch)}>
              ${t("download")}
            </button>`
          }
        </span>
      </li>`,
    )}
  </ul>`;
}

function ExpiringSoon({ made }) {
  return html`<section class="card">
    <h2>${t("home.expiring")}</h2>
    <ul class="rows">
      ${made.map(
        (one) => html`<li key=${one.id}>
          <${Link} to=${path`/exports/${one.id}`} class="row-name"><bdi>${nameOf(one)}</bdi><//>
          <span class="row-state">
            <span class="quiet"><${When} at=${one.expires_at} /></span>
            ${
              !one.extended_at &&
              html`<button type="button" class="link" aria-label=${t("extend.named", { name: nameOf(one) })} onClick=${async () => (await extend(one)) && watch()}>
                ${t("extend")}
              </button>`
            }
          </span>
        </li>`,
      )}
    </ul>
  </section>`;
}

/** Uploads that another visit began and did not complete; those that go on here are in the panel. */
function Interrupted() {
  const active = uploads.use().filter(isActive);
  const rows = ownOf(journal.use()).filter(
    (row) => !active.some((upload) => upload.sampleId === row.sampleId && upload.name === row.name),
  );
  if (!rows.length) return null;
  return html`<section class="card">
    <h2>${t("upload.interrupted")}</h2>
    <p class="quiet">${t("upload.interrupted.text")}</p>
    <ul class="rows">
      ${rows.slice(0, SHOWN).map(
        (row) => html`<li key=${row.fileId}>
          <span class="row-name"><bdi>${row.name}</bdi></span>
          <span class="row-state">
            <${Link} to=${path`/samples/${row.sampleId}`}><bdi>${row.sampleName}</bdi><//>
            <button type="button" class="link" aria-label=${t("upload.interrupted.forget.named", { name: row.name })} onClick=${() => ended(row.fileId)}>
              ${t("upload.interrupted.forget")}
            </button>
          </span>
        </li>`,
      )}
      ${rows.length > SHOWN && html`<li class="quiet">${t("and-more", { n: rows.length - SHOWN })}</li>`}
    </ul>
  </section>`;
}

/** Those that were opened last, or else some that the person is a member of. */
function RecentProjects() {
  const opened = visits();
  const { value, error } = useLoaded(opened.length ? null : `/projects${query({ limit: SHOWN })}`);
  if (!opened.length && !value && !error) return html`<${Loading} />`;
  const shown = opened.length ? opened : (value?.items ?? []);
  if (!shown.length) return html`<p class="quiet">${t("projects.none")}</p>`;
  return html`<ul class="rows">
    ${shown.slice(0, SHOWN).map(
      (one) => html`<li key=${one.id}>
        <${Link} to=${path`/${one.type}s/${one.id}/samples`} class="row-name"><bdi>${one.name}</bdi><//>
        <span class="quiet small">${t(one.type)}</span>
      </li>`,
    )}
  </ul>`;
}
