// The samples of a project or group: they are selected here, and exported from here.

import { announce, say } from "../announcements.js";
import { get, query } from "../api.js";
import { language, moment, t } from "../language.js";
import { Pager, Search, SortHeader, useList } from "../lists.js";
import { Menu } from "../menu.js";
import { Loading, PageHeading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { mayExport } from "../roles.js";
import { Link, path } from "../router.js";
import { asRequest, choose, clear, countOf, ONE_BY_ONE, selectionOf } from "../selection.js";
import { Component, html, useEffect, useRef, useState } from "../view.js";

const DRAWN_AT_ONCE = 100;
const DIALOGS = {
  sample: () => import("../dialogs/sample_export.js"),
  linelist: () => import("../dialogs/linelist_export.js"),
};

export default function Samples({ namespace }) {
  const list = useList(path`/namespaces/${namespace.id}/samples`, { sort: "name" });
  const selection = selectionOf(namespace.id);
  const selected = selection.use();
  const [Opened, setOpened] = useState(null);
  const drawn = useGradually(list.items);
  const toggle = useRef((sample, chosen) => choose(selection, [sample], chosen));
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  const open = async (type) => {
    try {
      const module = await DIALOGS[type]();
      setOpened(() => module.default);
    } catch {
      say(t("problem.broken.text"), "error");
    }
  };
  const isChosen = (sample) =>
    selected.all ? !selected.q || selected.q === list.answered : selected.samples.has(sample.id);
  return html`
    <${PageHeading} title=${t("samples")}>
      <${CreateExport} namespace=${namespace} count=${countOf(selected)} onChoose=${open} />
    <//>
    <div class="filters"><${Search} list=${list} label=${t("samples.search")} /></div>
    ${!list.items && html`<${Loading} />`}
    ${list.items?.length === 0 && html`<p class="empty">${t(list.isFiltered ? "nothing-found" : "samples.none")}</p>`}
    ${
      (list.items?.length > 0 || countOf(selected) > 0) &&
      html`<${Selected} list=${list} namespace=${namespace} selection=${selection} selected=${selected} />`
    }
    ${
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t("samples")} tabindex="0">
      <table aria-busy=${String(list.loading)}>
        <thead>
          <tr>
            <th scope="col">
              <${PageBox} items=${list.items} selection=${selection} isChosen=${isChosen} disabled=${selected.all || list.loading} />
            </th>
            <${SortHeader} list=${list} by="puid">${t("puid")}<//>
            <${SortHeader} list=${list} by="name">${t("name")}<//>
            <${SortHeader} list=${list} by="created_at">${t("created")}<//>
            <${SortHeader} list=${list} by="updated_at">${t("updated")}<//>
          </tr>
        </thead>
        <tbody>
          ${drawn.map(
            (sample) => html`<${Row}
              key=${sample.id}
              sample=${sample}
              chosen=${isChosen(sample)}
              fixed=${selected.all}
              language=${language()}
              onToggle=${toggle.current}
            />`,
          )}
        </tbody>
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
      onClose=${() => setOpened(null)}
    />`
    }
  `;
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

/** How many are selected, and the ways to select all that match, or none. */
function Selected({ list, namespace, selection, selected }) {
  const [busy, setBusy] = useState(false);
  const count = countOf(selected);
  const selectAll = async () => {
    if (list.total > ONE_BY_ONE) {
      selection.set({ all: true, q: list.answered, total: list.total, isExact: list.isExact });
      return;
    }
    setBusy(true);
    try {
      const parameters = { q: list.answered, limit: ONE_BY_ONE };
      choose(selection, (await get(path`/namespaces/${namespace.id}/samples` + query(parameters))).items, true);
    } catch (error) {
      if (error.name !== "AbortError") say(error.message || t("problem.unreachable.text"), "error");
    }
    setBusy(false);
  };
  const n = selected.all && !selected.isExact ? t("at-least", { n: count }) : undefined;
  const text = n ? t("selected.at-least", { count: n }) : t("selected", { n: count });
  useEffect(() => announce(text), [text]);
  return html`<div class="selected">
    <strong>${text}</strong>
    ${selected.all && html`<span>${selected.q ? t("selected.matching", { q: selected.q }) : t("selected.everything")}</span>`}
    ${
      !selected.all &&
      list.total > 0 &&
      html`<button type="button" class="link" disabled=${busy || list.loading} onClick=${selectAll}>
      ${t(list.answered ? "select-all.matching" : "select-all", { n: list.total })}
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

/** One sample; drawn again only when something of it changes, because there may be a thousand. */
class Row extends Component {
  shouldComponentUpdate(next) {
    return Object.keys(next).some((name) => next[name] !== this.props[name]);
  }

  render({ sample, chosen, fixed, onToggle }) {
    const to = path`/samples/${sample.id}`;
    return html`<tr data-selected=${chosen}>
      <td>
        <input
          type="checkbox"
          aria-label=${t("select-one", { name: sample.name })}
          checked=${chosen}
          disabled=${fixed}
          onChange=${(event) => onToggle(sample, event.target.checked)}
        />
      </td>
      <td class="code"><${Link} to=${to}>${sample.puid}<//></td>
      <td class="name"><${Link} to=${to}><bdi>${sample.name}</bdi><//></td>
      <td class="moment">${moment(sample.created_at)}</td>
      <td class="moment">${moment(sample.updated_at)}</td>
    </tr>`;
  }
}

/** A long page's rows, a hundred more with every frame: no task blocks what the person does. */
function useGradually(items) {
  const [state, setState] = useState({ items, count: DRAWN_AT_ONCE });
  const count = state.items === items ? state.count : DRAWN_AT_ONCE;
  useEffect(() => {
    if (!items || count >= items.length) return undefined;
    const frame = requestAnimationFrame(() => setState({ items, count: count + DRAWN_AT_ONCE }));
    return () => cancelAnimationFrame(frame);
  }, [items, count]);
  return items?.slice(0, count) ?? [];
}
