// The list of one's exports.
import { say } from "../announcements.js";
import { RemoveDialog, removeAll } from "../export_actions.js";
import { download, downloadAll } from "../export_download.js";
import { lookAgain, nameOf, Progress, Status } from "../export_state.js";
import { t } from "../language.js";
import { Filter, Pager, Search, SortHeader, useList } from "../lists.js";
import { markSeen } from "../notices.js";
import { Loading, PageHeading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Question } from "../question.js";
import { Link, path } from "../router.js";
import { html, useEffect, useState } from "../view.js";
import { When } from "../when.js";

const TYPES = ["sample", "linelist", "analysis"];
const STATUSES = ["processing", "ready", "failed"];

export default function Exports() {
  const list = useList("/exports", {
    sort: "-created_at",
    filters: ["type", "status"],
    again: (page) => page && lookAgain(page.items),
  });
  const [deleting, setDeleting] = useState(null);
  const [chosen, setChosen] = useState(new Set());
  const selected = (list.items ?? []).filter((made) => chosen.has(made.id));
  const choose = (ids, on) =>
    setChosen(new Set(on ? [...chosen, ...ids] : [...chosen].filter((id) => !ids.includes(id))));
  useEffect(() => markSeen((list.items ?? []).map((made) => made.id)), [list.items]);
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  return html`
    <${PageHeading} title=${t("exports")} />
    <p class="lead">${t("exports.lead")}</p>
    <div class="filters">
      <${Search} list=${list} label=${t("exports.search")} />
      <${Filter} name="type" label=${t("type")} options=${TYPES.map((type) => [type, t(`type.${type}`)])} />
      <${Filter} name="status" label=${t("status")} options=${STATUSES.map((one) => [one, t(`status.${one}`)])} />
    </div>
    ${!list.items && html`<${Loading} />`}
    ${list.items?.length === 0 && (list.isFiltered ? html`<p class="empty">${t("nothing-found")}</p>` : html`<${None} />`)}
    ${selected.length > 0 && html`<${Selected} selected=${selected} onClear=${() => setChosen(new Set())} onDeleted=${list.reload} />`}
    ${
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t("exports")} tabindex="0">
      <table class="cards-table">
        <thead>
          <tr>
            <th scope="col" class="box">
              <input
                type="checkbox"
                aria-label=${t("select-page")}
                checked=${selected.length === list.items.length}
                onChange=${(event) =>
                  choose(
                    list.items.map((made) => made.id),
                    event.target.checked,
                  )}
              />
            </th>
            <${SortHeader} list=${list} by="id">${t("id")}<//>
            <${SortHeader} list=${list} by="name">${t("name")}<//>
            <${SortHeader} list=${list} by="type">${t("type")}<//>
            <${SortHeader} list=${list} by="status">${t("status")}<//>
            <${SortHeader} list=${list} by="created_at">${t("created")}<//>
            <${SortHeader} list=${list} by="expires_at">${t("expires")}<//>
            <th scope="col">${t("actions")}</th>
          </tr>
        </thead>
        <tbody>
          ${list.items.map((made) => html`<${Row} key=${made.id} made=${made} chosen=${chosen.has(made.id)} onChoose=${(on) => choose([made.id], on)} onDelete=${() => setDeleting(made)} onRefused=${list.reload} />`)}
        </tbody>
      </table>
    </div>`
    }
    ${(list.items?.length > 0 || list.isFiltered) && html`<${Pager} list=${list} />`}
    ${
      deleting &&
      html`<${RemoveDialog}
      made=${deleting}
      verb="delete"
      onClose=${() => setDeleting(null)}
      onRemoved=${list.reload}
    />`
    }
  `;
}

/** What can be done with several exports at once. */
function Selected({ selected, onClear, onDeleted }) {
  const [asking, setAsking] = useState(false);
  const ready = selected.filter((made) => made.status === "ready");
  return html`<div class="selected">
    <strong role="status">${t("exports.selected", { n: selected.length })}</strong>
    ${ready.length > 0 && html`<button type="button" class="link" onClick=${() => downloadAll(ready)}>${t("exports.download", { n: ready.length })}</button>`}
    <button type="button" class="link" onClick=${() => setAsking(true)}>${t("exports.delete", { n: selected.length })}</button>
    <button type="button" class="link" onClick=${onClear}>${t("select-none")}</button>
    ${
      asking &&
      html`<${Question}
        title=${t("exports.delete.title", { n: selected.length })}
        verb=${t("delete")}
        act=${async () => {
          await removeAll(selected);
          say(t("exports.deleted", { n: selected.length }));
        }}
        onDone=${() => {
          onClear();
          onDeleted();
        }}
        onClose=${() => setAsking(false)}
      >
        <p>${t("remove.final")}</p>
        <ul class="named">
          ${selected.map((made) => html`<li key=${made.id}><bdi>${nameOf(made)}</bdi></li>`)}
        </ul>
      <//>`
    }
  </div>`;
}

function Row({ made, chosen, onChoose, onDelete, onRefused }) {
  const to = path`/exports/${made.id}`;
  const follow = (event) => {
    event.preventDefault();
    download(made, onRefused);
  };
  return html`<tr data-selected=${chosen}>
    <td class="box">
      <input type="checkbox" aria-label=${t("select-one", { name: nameOf(made) })} checked=${chosen} onChange=${(event) => onChoose(event.target.checked)} />
    </td>
    <td data-label=${t("id")}><${Link} to=${to} class="code" title=${made.id}>${made.id.slice(0, 8)}<//></td>
    <td class="name" id=${`name-${made.id}`}>
      ${made.name === null ? html`<span class="quiet">–</span>` : html`<${Link} to=${to}><bdi>${made.name}</bdi><//>`}
    </td>
    <td data-label=${t("type")}>${t(`type.${made.type}`)}</td>
    <td class="first">
      <${Status} made=${made} />
      ${made.status === "processing" && html`<${Progress} made=${made} label=${t("progress.of", { name: nameOf(made) })} />`}
    </td>
    <td class="moment" data-label=${t("created")}><${When} at=${made.created_at} /></td>
    <td class="moment" data-label=${t("expires")}>${made.expires_at && html`<${When} at=${made.expires_at} />`}</td>
    <td class="row-actions">
      ${
        made.status === "ready" &&
        html`<${Link} to=${to} onClick=${follow} aria-describedby=${`name-${made.id}`}>${t("download")}<//>`
      }
      <button type="button" class="link" aria-describedby=${`name-${made.id}`} onClick=${onDelete}>${t("delete")}</button>
    </td>
  </tr>`;
}

function None() {
  return html`<div class="empty">
    <h2>${t("exports.none")}</h2>
    <p>${t("exports.none.text")}</p>
    <ol>
      <li>${t("exports.none.1")}</li>
      <li>${t("exports.none.2")}</li>
      <li>${t("exports.none.3")}</li>
    </ol>
    <p class="actions">
      <${Link} to="/projects">${t("projects")}<//>
      <${Link} to="/groups">${t("groups")}<//>
      <${Link} to="/workflow-executions">${t("workflow-executions")}<//>
    </p>
  </div>`;
}
