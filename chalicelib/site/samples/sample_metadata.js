// The metadata of one sample, edited in place.
import { patch } from "../api.js";
import { shortDay, t } from "../language.js";
import { Link, path } from "../router.js";
import { html, useId, useLayoutEffect, useRef, useState } from "../view.js";
import { textOf, typedValue } from "./values.js";

export function SampleMetadata({ sample, mayEdit, onChanged }) {
  const [editing, setEditing] = useState(null); // a field's name; "" for a new one
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const fields = Object.entries(sample.metadata);
  const section = useRef(null);
  const last = useRef(null); // the field that was edited: the focus goes back to its button
  const begin = (field) => () => {
    last.current = field;
    setProblem(null);
    setEditing(field);
  };
  useLayoutEffect(() => {
    if (editing !== null || last.current === null) return;
    const buttons = [...section.current.querySelectorAll("button[data-field]")];
    (buttons.find((button) => button.dataset.field === last.current) ?? buttons.at(-1))?.focus();
    last.current = null;
  }, [editing]);
  const end = () => setEditing(null);
  const change = async (field, value) => {
    setBusy(true);
    setProblem(null);
    try {
      onChanged(await patch(path`/samples/${sample.id}/metadata`, { [field]: value }));
      end();
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
    }
    setBusy(false);
  };
  const editor = (field) =>
    html`<${Editor} field=${field} value=${sample.metadata[field]} problem=${problem} busy=${busy} onSave=${change} onClose=${end} />`;
  return html`<section ref=${section}>
    <h2>${t("metadata")}</h2>
    ${fields.length === 0 && editing === null && html`<p class="quiet">${t("metadata.none")}</p>`}
    <dl class="facts editable">
      ${fields.map(([field, value]) => [
        html`<dt key=${field}><bdi>${field}</bdi></dt>`,
        html`<dd key=${`${field} value`}>
          ${
            editing === field
              ? editor(field)
              : html`<bdi>${String(value)}</bdi>
                <${FromRun} source=${sample.metadata_sources?.[field]} />
                ${
                  mayEdit &&
                  html` <button type="button" class="link small" aria-label=${t("metadata.edit.named", { name: field })} data-field=${field} onClick=${begin(field)}>${t("change")}</button>
                    <button type="button" class="link small" aria-label=${t("metadata.remove.named", { name: field })} disabled=${busy} onClick=${() => change(field, null)}>${t("remove")}</button>`
                }`
          }
        </dd>`,
      ])}
    </dl>
    ${problem && editing === null && html`<p class="error" role="alert">${problem.message || t("problem.unreachable.text")}</p>`}
    ${
      mayEdit &&
      (editing === ""
        ? editor("")
        : html`<p><button type="button" data-field="" onClick=${begin("")}>${t("metadata.add")}</button></p>`)
    }
  </section>`;
}

/** The workflow execution that a value is from, if it is not a person's. */
function FromRun({ source }) {
  if (!source) return null;
  return html` <${Link} className="quiet small" to=${path`/workflow-executions/${source.workflow_execution_id}`}>
    ${t("metadata.from-run", { date: shortDay(new Date(source.updated_at)) })}
  <//>`;
}

/** The fields of one value, or with no `field` of a new one. */
function Editor({ field, value, problem, busy, onSave, onClose }) {
  const id = useId();
  const [name, setName] = useState(field);
  const [text, setText] = useState(textOf(value));
  const submit = (event) => {
    event.preventDefault();
    onSave(name.trim(), typedValue(text));
  };
  const cancel = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
  };
  const focus = useRef((element) => element?.focus());
  return html`<form class="value-editor" onSubmit=${submit} onKeyDown=${cancel}>
    ${
      !field &&
      html`<div class="field">
        <label for=${`${id}-name`}>${t("metadata.field")}</label>
        <input id=${`${id}-name`} ref=${focus.current} type="text" required maxlength="255" autocomplete="off" value=${name} onInput=${(event) => setName(event.target.value)} />
      </div>`
    }
    <div class="field">
      <label for=${id} class=${field ? "visually-hidden" : ""}>${field || t("metadata.value")}</label>
      <input
        id=${id}
        ref=${field ? focus.current : undefined}
        type="text"
        autocomplete="off"
        required=${!field}
        value=${text}
        aria-invalid=${problem ? "true" : undefined}
        aria-describedby=${problem ? `${id}-violation` : undefined}
        onInput=${(event) => setText(event.target.value)}
      />
    </div>
    <div class="actions">
      <button class="primary" disabled=${busy}>${t("save")}</button>
      <button type="button" onClick=${onClose}>${t("cancel")}</button>
    </div>
    ${
      problem &&
      html`<p id=${`${id}-violation`} class="error" role="alert">
        ${problem.errors?.map((row) => row.detail).join(" ") || problem.message || t("problem.unreachable.text")}
      </p>`
    }
  </form>`;
}
