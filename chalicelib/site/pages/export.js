// The page of one export.

import { announce, sayRefused } from "../announcements.js";
import { post } from "../api.js";
import { copyAddress, extend, RemoveDialog, repeat } from "../export_actions.js";
import { download } from "../export_download.js";
import { lookAgain, nameOf, outcomeText, Progress, Status } from "../export_state.js";
import { t } from "../language.js";
import { useLoaded } from "../loading.js";
import { Menu } from "../menu.js";
import { markSeen } from "../notices.js";
import { Loading, PageHeading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { go, path, place, withQuery } from "../router.js";
import { html, useEffect, useRef, useState } from "../view.js";
import { Preview } from "./preview.js";
import { Summary } from "./summary.js";

export default function Export({ id }) {
  const { value: made, error, reload } = useLoaded(path`/exports/${id}`, { again: (one) => one && lookAgain([one]) });
  const [deleting, setDeleting] = useState(false);
  const status = useRef();
  useEffect(() => {
    if (status.current === "processing" && made.status !== "processing") {
      announce(outcomeText(made, nameOf(made)));
    }
    status.current = made?.status;
    if (made?.status !== "processing") markSeen([id]);
  }, [made?.status]);
  if (error && (!made || [404, 410].includes(error.status)))
    return html`<${ProblemPage} error=${error} retry=${reload} of="export">
      <button type="button" class="primary" onClick=${() => repeat(id)}>${t("repeat")}</button>
    <//>`;
  if (!made) return html`<${Loading} />`;
  return html`
    <${PageHeading} title=${nameOf(made)} trail=${[{ to: "/exports", label: t("exports") }]}>
      <p class="actions">
        <button type="button" class="primary" disabled=${made.status !== "ready"} onClick=${() => download(made, reload)}>
          ${t("download")}
        </button>
        <${More} made=${made} onChanged=${reload} />
        <button type="button" onClick=${() => setDeleting(true)}>${t("remove")}</button>
      </p>
    <//>
    <p class="state"><${Status} made=${made} /> ${made.status === "processing" && html`<${Progress} made=${made} />`}</p>
    ${made.status === "failed" && html`<${Failure} made=${made} onRetried=${reload} />`}
    <${Tabs} made=${made} />
    ${
      deleting &&
      html`<${RemoveDialog}
      made=${made}
      verb="remove"
      onClose=${() => setDeleting(false)}
      onRemoved=${() => go("/exports", { replace: true })}
    />`
    }
  `;
}

/** The less frequent actions. */
function More({ made, onChanged }) {
  const keep = async () => (await extend(made)) && onChanged();
  const items = [
    made.status === "ready" && !made.extended_at && { label: t("extend"), hint: t("extend.hint"), act: keep },
    { label: t("repeat"), hint: t("repeat.hint"), act: () => repeat(made.id) },
    { label: t("copy-link"), act: () => copyAddress(path`/exports/${made.id}`) },
  ].filter(Boolean);
  return html`<${Menu}
    label=${html`${t("more")}<span class="caret" aria-hidden="true"></span>`}
    items=${items}
    align="end"
  />`;
}

function Failure({ made, onRetried }) {
  const retry = async () => {
    try {
      await post(path`/exports/${made.id}/retry`, {});
      await onRetried();
    } catch (refused) {
      sayRefused(refused);
    }
  };
  return html`<div class="failure" role="alert">
    <p><strong>${t("failed.why")}</strong> ${made.failure.message}</p>
    ${made.failure.retryable && html`<p><button type="button" onClick=${retry}>${t("retry")}</button></p>`}
  </div>`;
}

/** *Summary* and, but on a linelist, *Preview*, which can be chosen once the export is ready. */
function Tabs({ made }) {
  const names = made.type === "linelist" ? ["summary"] : ["summary", "preview"];
  const requested = place.use().query.get("tab");
  const open = (name) => name === "summary" || made.status === "ready";
  const shown = names.includes(requested) && open(requested) ? requested : "summary";
  const tabs = useRef(null);
  const choose = (name) => open(name) && go(withQuery({ tab: name === "summary" ? null : name }), { replace: true });
  const onKey = (event) => {
    const now = names.indexOf(shown);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const name = names[(to + names.length) % names.length];
    choose(name);
    tabs.current.querySelector(`#tab-${name}`).focus();
  };
  return html`
    <div class="tabs" role="tablist" ref=${tabs} onKeyDown=${onKey} aria-label=${nameOf(made)}>
      ${names.map(
        (name) => html`<button
          key=${name}
          id=${`tab-${name}`}
          type="button"
          role="tab"
          aria-selected=${String(name === shown)}
          aria-controls=${name === shown ? `panel-${name}` : undefined}
          aria-disabled=${open(name) ? undefined : "true"}
          aria-describedby=${open(name) ? undefined : "preview-later"}
          tabindex=${name === shown ? 0 : -1}
          onClick=${() => choose(name)}
        >
          ${t(name)}
        </button>`,
      )}
    </div>
    ${names.length > 1 && !open("preview") && html`<p id="preview-later" class="quiet small">${t("preview.later")}</p>`}
    <div id=${`panel-${shown}`} role="tabpanel" aria-labelledby=${`tab-${shown}`} tabindex="0" class="panel">
      ${shown === "summary" ? html`<${Summary} made=${made} />` : html`<${Preview} made=${made} />`}
    </div>
  `;
}
