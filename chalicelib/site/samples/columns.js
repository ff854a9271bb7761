// Which metadata fields a list of samples shows: in the URL, else as this person chose them here before.
import { say } from "../announcements.js";
import { all, post } from "../api.js";
import { Dialog } from "../dialog.js";
import { t } from "../language.js";
import { change } from "../lists.js";
import { mayManage } from "../roles.js";
import { path, place } from "../router.js";
import { me } from "../session.js";
import { device } from "../storage.js";
import { html, useEffect, useId, useRef, useState } from "../view.js";

const AT_FIRST = 3; // fields that are shown before anybody chose
const MOST = 50;
const NONE = "-"; // in the URL: no field at all
const SEARCHED_FROM = 12;

const remembered = (namespace) => `columns.${me.get()?.id ?? ""}.${namespace.id}`;

function kept(namespace) {
  try {
    const fields = JSON.parse(device.get(remembered(namespace)) ?? "null");
    return Array.isArray(fields) ? fields : null;
  } catch {
    return null;
  }
}

/**
 * The metadata fields of a namespace, most frequent first, and those to show; null until they are known. `byChoice`:
 * the person chose them. `reload` looks for new fields.
 */
export function useColumns(namespace) {
  const [fields, setFields] = useState(null);
  const [version, setVersion] = useState(0);
  const { query } = place.use();
  useEffect(() => {
    const byUse = (found) => [...found].sort((a, b) => b.samples - a.samples || a.name.localeCompare(b.name));
    all(path`/namespaces/${namespace.id}/metadata-fields`).then(
      (found) => setFields(byUse(found)),
      (error) => error.name !== "AbortError" && setFields([]), // the list itself says what does not work
    );
  }, [namespace.id, version]);
  const named = query.getAll("column");
  const choice = named.length ? named.filter((name) => name !== NONE).slice(0, MOST) : kept(namespace);
  const shown = choice ?? fields?.slice(0, AT_FIRST).map((field) => field.name) ?? null;
  const chosen = useRef(shown);
  // The same list as long as it has the same fields: rows are drawn again when it is another.
  if (JSON.stringify(chosen.current) !== JSON.stringify(shown)) chosen.current = shown;
  return { fields, chosen: chosen.current, byChoice: choice !== null, reload: () => setVersion(version + 1) };
}

/** The button that opens the choice of columns. */
export function Columns({ namespace, fields, chosen }) {
  const [open, setOpen] = useState(false);
  const apply = (names) => {
    device.set(remembered(namespace), JSON.stringify(names));
    change({ column: names.length ? names : [NONE] });
    setOpen(false);
  };
  return html`
    <button type="button" disabled=${!fields} onClick=${() => setOpen(true)}>${t("columns")}</button>
    ${
      open &&
      html`<${ColumnsDialog}
        namespace=${namespace}
        fields=${fields}
        chosen=${chosen ?? []}
        onApply=${apply}
        onClose=${() => setOpen(false)}
      />`
    }
  `;
}

/** The chosen fields under a name, for everybody here. */
function SaveTemplate({ namespace, fields, onSaved }) {
  const id = useId();
  const [name, setName] = useState("");
  const [problem, setProblem] = useState(null);
  const save = async () => {
    setProblem(null);
    try {
      const made = await post(path`/namespaces/${namespace.id}/metadata-templates`, { name: name.trim(), fields });
      say(t("template.saved", { name: made.name }));
      setName("");
      onSaved(made);
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
    }
  };
  return html`<details>
    <summary>${t("template.save")}</summary>
    <div class="field">
      <label for=${id}>${t("template.name")}</label>
      <span class="actions">
        <input
          id=${id}
          type="text"
          maxlength="255"
          autocomplete="off"
          value=${name}
          aria-invalid=${problem ? "true" : undefined}
          onInput=${(event) => setName(event.target.value)}
        />
        <button type="button" disabled=${!name.trim()} onClick=${save}>${t("save")}</button>
      </span>
      ${problem && html`<p class="error" role="alert">${problem.errors?.map((row) => row.detail).join(" ") || problem.message || t("problem.unreachable.text")}</p>`}
    </div>
  </details>`;
}

function ColumnsDialog({ namespace, fields, chosen, onApply, onClose }) {
  const id = useId();
  const [names, setNames] = useState(chosen);
  const [templates, setTemplates] = useState([]);
  const [text, setText] = useState("");
  useEffect(() => {
    all(path`/namespaces/${namespace.id}/metadata-templates`).then(setTemplates, () => {});
  }, []);
  const listed = [
    ...fields,
    ...names.filter((name) => !fields.some((field) => field.name === name)).map((name) => ({ name, samples: 0 })),
  ];
  const sought = text.trim().toLocaleLowerCase();
  const shown = listed.filter((field) => field.name.toLocaleLowerCase().includes(sought));
  const toggle = (name, isChosen) =>
    setNames(isChosen ? [...names, name] : names.filter((present) => present !== name));
  const take = (event) => {
    const found = templates.find((one) => one.id === event.target.value);
    if (found) setNames(found.fields.slice(0, MOST));
  };
  const submit = (event) => {
    event.preventDefault();
    onApply(names);
  };
  return html`<${Dialog} title=${t("columns")} onClose=${onClose}>
    <form onSubmit=${submit}>
      ${
        templates.length > 0 &&
        html`<div class="field">
          <label for=${`${id}-template`}>${t("template")}</label>
          <select id=${`${id}-template`} onChange=${take}>
            <option value="">${t("template.choose")}</option>
            ${templates.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
          </select>
        </div>`
      }
      ${
        listed.length >= SEARCHED_FROM &&
        html`<div class="field">
          <label for=${`${id}-search`}>${t("lists.search")}</label>
          <input
            id=${`${id}-search`}
            type="search"
            autocomplete="off"
            value=${text}
            onInput=${(event) => setText(event.target.value)}
          />
        </div>`
      }
      <fieldset>
        <legend>${t("columns.shown", { n: names.length })}</legend>
        ${!listed.length && html`<p class="quiet">${t("columns.no-fields")}</p>`}
        <div class="choices">
          ${shown.map((field) => {
            const isChosen = names.includes(field.name);
            return html`<label key=${field.name} class="check">
              <input
                type="checkbox"
                checked=${isChosen}
                disabled=${!isChosen && names.length >= MOST}
                onChange=${(event) => toggle(field.name, event.target.checked)}
              />
              <span><bdi>${field.name}</bdi> <span class="quiet small">${t("n-samples", { n: field.samples })}</span></span>
            </label>`;
          })}
        </div>
      </fieldset>
      ${
        names.length > 0 &&
        mayManage(namespace.role) &&
        html`<${SaveTemplate} namespace=${namespace} fields=${names} onSaved=${(made) => setTemplates([...templates, made])} />`
      }
      <footer>
        <button type="button" onClick=${() => setNames([])} disabled=${!names.length}>${t("select-none")}</button>
        <span class="spring"></span>
        <button type="button" onClick=${onClose}>${t("cancel")}</button>
        <button class="primary">${t("columns.apply")}</button>
      </footer>
    </form>
  <//>`;
}
