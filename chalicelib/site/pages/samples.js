// The samples of a project or group: found by name and metadata, selected, and exported from here.

import { announce, say, sayRefused } from "../announcements.js";
import { usePageDrop } from "../drop_zone.js";
import { language, list as listed, t } from "../language.js";
import { Pager, Search, SortHeader } from "../lists.js";
import { Menu } from "../menu.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { mayExport, mayImport, mayUpload } from "../roles.js";
import { go, place } from "../router.js";
import { Columns, useColumns } from "../samples/columns.js";
import { useFileCounts } from "../samples/file_counts.js";
import { AddFilter, FilterChips, useFilterEditor } from "../samples/filters.js";
import { querySamples, useSamples } from "../samples/list.js";
import { PasteDialog } from "../samples/paste.js";
import { bodyOf, isEverything, METADATA } from "../samples/query.js";
import { SampleRows } from "../samples/rows.js";
import { filterWords } from "../samples/words.js";
import {
  asRequest,
  choose,
  chooseAll,
  clear,
  countOf,
  covers,
  isChosen as isChosenIn,
  ONE_BY_ONE,
  selectionOf,
} from "../selection.js";
import { droppedFiles } from "../uploads/chosen_files.js";
import { html, useEffect, useRef, useState } from "../view.js";

const DIALOGS = {
  sample: () => import("../dialogs/sample_export.js"),
  linelist: () => import("../dialogs/linelist_export.js"),
  "new-sample": () => import("../dialogs/new_sample.js"),
  import: () => import("../dialogs/import_sheet.js"),
  upload: () => import("../dialogs/upload_files.js"),
};

export default function Samples({ namespace }) {
  const { fields, chosen: columns, byChoice, reload: reloadFields } = useColumns(namespace);
  const list = useSamples(namespace, columns);
  const editor = useFilterEditor({ list, namespace, fields });
  const selection = selectionOf(namespace.id);
  const selected = selection.use();
  const [Opened, setOpened] = useState(null);
  const [dropped, setDropped] = useState(null);
  const fileCounts = useFileCounts(namespace, list.items);
  const toggle = useToggle(selection, list.items);
  const [Grid, setGrid] = useState(null);
  const edit = async () => {
    try {
      const module = await import("../samples/edit_grid.js");
      setGrid(() => module.default);
    } catch {
      say(t("problem.broken.text"), "error");
    }
  };
  const takesFiles = namespace.type === "project" && mayUpload(namespace.role);
  const over = usePageDrop(takesFiles, (transfer) => open("upload", droppedFiles(transfer)));
  useEffect(() => {
    // An address that somebody shortened or mistyped, or a page that is no longer there.
    if (list.isBad) go(place.get().path, { replace: true });
    else if (list.isBeyond) list.previous();
  }, [list.isBad, list.isBeyond]);
  if (list.error && !list.isBad && !list.items) {
    return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  }
  const open = async (type, files = null) => {
    try {
      const module = await DIALOGS[type]();
      setDropped(files);
      setOpened(() => module.default);
    } catch {
      say(t("problem.broken.text"), "error");
    }
  };
  const isChosen = (sample) => isChosenIn(selected, list.answered, sample);
  const fixed = selected.all && !covers(selected, list.answered);
  return html`
    <${PageHeading} title=${t("samples")} trail=${trailOf(namespace)}>
      <div class="actions">
        ${namespace.type === "project" && html`<${AddSamples} role=${namespace.role} onChoose=${open} />`}
        <${CreateExport} namespace=${namespace} count=${countOf(selected)} onChoose=${open} />
      </div>
    <//>
    <div class="filters">
      <${Search} list=${list} label=${t("samples.search")} />
      <${AddFilter} list=${list} editor=${editor} />
      <${Columns} namespace=${namespace} fields=${fields} chosen=${columns} />
      <${Paste} namespace=${namespace} selection=${selection} />
      ${
        mayUpload(namespace.role) &&
        list.items?.length > 0 &&
        !Grid &&
        html`<button type="button" onClick=${edit}>${t("edit")}</button>`
      }
    </div>
    <${FilterChips} list=${list} editor=${editor} />
    ${editor.dialog}
    ${over && html`<p class="dropping" role="status">${t("upload.drop")}</p>`}
    ${list.isIndexing && html`<p class="quiet" role="status">${t("samples.indexing")}</p>`}
    ${!list.items && !list.isIndexing && html`<${Loading} />`}
    ${
      list.items?.length === 0 &&
      !list.isBeyond &&
      html`<p class="empty">
        ${t(list.isFiltered ? "nothing-found" : "samples.none")}
        ${!list.isFiltered && namespace.type === "project" && mayUpload(namespace.role) && html` ${t("samples.none.next")}`}
      </p>`
    }
    ${
      Grid &&
      list.items?.length > 0 &&
      html`<${Grid}
        namespace=${namespace}
        samples=${list.items}
        fields=${columns ?? []}
        onSaved=${() => {
          reloadFields();
          list.reload();
        }}
        onDone=${() => setGrid(null)}
      />`
    }
    ${
      !Grid &&
      (list.items?.length > 0 || countOf(selected) > 0) &&
      html`<${Selected} list=${list} namespace=${namespace} selection=${selection} selected=${selected} />`
    }
    ${
      !Grid &&
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t("samples")} tabindex="0">
      <table class="cards-table" aria-busy=${String(list.loading)}>
        <thead>
          <tr>
            <th scope="col" class="box">
              <${PageBox} items=${list.items} selection=${selection} isChosen=${isChosen} disabled=${fixed || list.loading} />
            </th>
            <${SortHeader} list=${list} by="puid">${t("puid")}<//>
            <${SortHeader} list=${list} by="name">${t("name")}<//>
            ${namespace.type === "group" && html`<${SortHeader} list=${list} by="project.name">${t("project")}<//>`}
            ${(columns ?? []).map(
              (field) => html`<${SortHeader} key=${field} list=${list} by=${METADATA + field}><bdi>${field}</bdi><//>`,
            )}
            <th scope="col" class="amount">${t("files")}</th>
            <${SortHeader} list=${list} by="created_at">${t("created")}<//>
            <${SortHeader} list=${list} by="updated_at">${t("updated")}<//>
          </tr>
        </thead>
        <${SampleRows}
          samples=${list.items}
          columns=${columns}
          query=${list.answered}
          selected=${selected}
          fixed=${fixed}
          projectOf=${(sample) => (namespace.type === "group" ? list.projects.get(sample.project_id)?.name : undefined)}
          files=${fileCounts}
          language=${language()}
          onToggle=${toggle}
        />
      </table>
    </div>`
    }
    <${Pager} list=${list} />
    ${
      Opened &&
      html`<${Opened}
      namespace=${namespace}
      selected=${selected}
      request=${asRequest(selected)}
      project=${namespace}
      dropped=${dropped}
      columns=${byChoice ? columns : []}
      onCreated=${Opened.addsSamples ? list.reload : () => clear(selection)}
      onImported=${() => {
        reloadFields();
        list.reload();
      }}
      onClose=${() => setOpened(null)}
    />`
    }
  `;
}

/** Selects or deselects a row; with the Shift key, all rows from the one before on. The same function at each draw. */
function useToggle(selection, items) {
  const present = useRef(items);
  present.current = items;
  const last = useRef(null);
  const toggle = useRef((sample, chosen, withShift) => {
    const all = present.current ?? [];
    const to = all.findIndex((one) => one.id === sample.id);
    const from = withShift ? all.findIndex((one) => one.id === last.current) : -1;
    const rows = from < 0 ? [sample] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
    choose(selection, rows, chosen);
    last.current = sample.id;
  });
  return toggle.current;
}

/** The button for a list of names. */
function Paste({ namespace, selection }) {
  const [open, setOpen] = useState(false);
  const add = (samples) => {
    if (selection.get().all) clear(selection);
    choose(selection, samples, true);
  };
  return html`
    <button type="button" onClick=${() => setOpen(true)}>${t("paste")}</button>
    ${open && html`<${PasteDialog} namespace=${namespace} onChoose=${add} onClose=${() => setOpen(false)} />`}
  `;
}

/** The ways to new samples of a project. */
function AddSamples({ role, onChoose }) {
  if (!mayUpload(role)) return null;
  const items = [
    { label: t("new.sample"), act: () => onChoose("new-sample") },
    { label: t("upload"), hint: t("upload.menu.hint"), act: () => onChoose("upload") },
    mayImport(role) && { label: t("import"), hint: t("import.menu.hint"), act: () => onChoose("import") },
  ].filter(Boolean);
  const label = html`${t("samples.add")}<span class="caret" aria-hidden="true"></span>`;
  return html`<${Menu} label=${label} items=${items} align="end" />`;
}

/** The dropdown; where it can't be used it says why. */
function CreateExport({ namespace, count, onChoose }) {
  const allowed = mayExport(namespace.role);
  const reason = allowed
    ? !count && t("create-export.select-first")
    : t("create-export.role", { role: t(`role.${namespace.role}`) });
  const items = ["sample", "linelist"].map((type) => ({ label: t(`type.${type}.long`), act: () => onChoose(type) }));
  return html`<div class="create-export">
    ${reason && html`<span id="create-export-reason" class="quiet small">${reason}</span>`}
    <${Menu}
      label=${html`${t("create-export")}<span class="caret" aria-hidden="true"></span>`}
      items=${items}
      disabled=${Boolean(reason)}
      describedBy=${reason ? "create-export-reason" : undefined}
      align="end"
      className="primary-menu"
    />
  </div>`;
}

/** What a selection of all is of, in words. */
function wordsOf({ q, filters }) {
  const conditions = [...(q ? [t("filter.words.search", { q })] : []), ...filters.map(filterWords)];
  return conditions.length ? t("selected.matching", { q: listed(conditions) }) : t("selected.everything");
}

/** How many are selected, and the ways to select all that match, or none. */
function Selected({ list, namespace, selection, selected }) {
  const [busy, setBusy] = useState(false);
  const count = countOf(selected);
  const selectAll = async () => {
    if (list.total > ONE_BY_ONE) {
      chooseAll(selection, list.answered, list.total);
      return;
    }
    setBusy(true);
    try {
      const body = bodyOf({ ...list.answered, limit: ONE_BY_ONE, page: 1 }, []);
      const { items } = await querySamples(namespace.id, body);
      choose(selection, items, true);
    } catch (error) {
      sayRefused(error);
    }
    setBusy(false);
  };
  const text = t("selected", { n: count });
  useEffect(() => announce(text), [text]);
  const isPartial = selected.all && !covers(selected, list.answered);
  return html`<div class="selected">
    <strong>${text}</strong>
    ${selected.all && html`<span>${wordsOf(selected)}</span>`}
    ${selected.all && selected.excluded.size > 0 && html`<span>${t("selected.except", { n: selected.excluded.size })}</span>`}
    ${isPartial && html`<span class="quiet">${t("selected.other-query")}</span>`}
    ${
      !selected.all &&
      list.total > 0 &&
      html`<button type="button" class="link" disabled=${busy || list.loading} onClick=${selectAll}>
      ${t(isEverything(list.answered) ? "select-all" : "select-all.matching", { n: list.total })}
    </button>`
    }
    ${
      count > 0 &&
      html`<button type="button" class="link" onClick=${() => clear(selection)}>${t("select-none")}</button>`
    }
  </div>`;
}

/** The box that selects all rows of the page. */
function PageBox({ items, selection, isChosen, disabled }) {
  const box = useRef(null);
  const chosen = items.filter(isChosen).length;
  useEffect(() => {
    box.current.indeterminate = chosen > 0 && chosen < items.length;
  });
  return html`<input
    ref=${box}
    type="checkbox"
    aria-label=${t("select-page")}
    checked=${chosen === items.length}
    disabled=${disabled}
    onChange=${(event) => choose(selection, items, event.target.checked)}
  />`;
}
