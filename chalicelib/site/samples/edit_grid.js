// The metadata of a page of samples as a grid of cells that are edited in place, or pasted from a spreadsheet. Keys are
// those of the ARIA Authoring Practices for data grids.
import { announce, say } from "../announcements.js";
import { patch } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormFooter, TextField, useForm } from "../form.js";
import { t } from "../language.js";
import { limiter } from "../limiter.js";
import { path } from "../router.js";
import { session } from "../storage.js";
import { Component, html, useLayoutEffect, useRef, useState } from "../view.js";
import { countOf, edited, fromText, NO_EDITS, pasted, toText, without } from "./edits.js";
import { cellsOf, textOf, typedValue } from "./values.js";

const SAVED_AT_ONCE = 4;
const NONE = {};

/** `fields` are the columns; `onDone` is called when the person leaves the grid, `onSaved` after samples were changed. */
export default function EditGrid({ namespace, samples, fields, onSaved, onDone }) {
  const kept = `edits.${namespace.id}`;
  const [edits, setEdits] = useState(() => fromText(session.get(kept)));
  const [added, setAdded] = useState(() => fieldsOf(edits).filter((field) => !fields.includes(field)));
  const [adding, setAdding] = useState(false);
  const [at, setAt] = useState({ row: 0, column: 0 });
  const [editing, setEditing] = useState(null);
  const [errors, setErrors] = useState(new Map());
  const [saving, setSaving] = useState(null); // {done, total}
  const table = useRef(null);
  const wantsFocus = useRef(false);
  const columns = [...fields, ...added];
  useLayoutEffect(() => session.set(kept, toText(edits)), [edits]); // what is shown is kept
  useLayoutEffect(() => {
    if (editing === null && wantsFocus.current) table.current?.querySelector('[tabindex="0"]')?.focus();
    wantsFocus.current = false;
  }, [at, editing]);

  const move = (row, column) => {
    wantsFocus.current = true;
    setEditing(null);
    setAt({
      row: Math.max(0, Math.min(row, samples.length - 1)),
      column: Math.max(0, Math.min(column, columns.length - 1)),
    });
  };
  const textAt = ({ row, column }) => {
    const sample = samples[row];
    const field = columns[column];
    return edits.get(sample.id)?.[field] ?? textOf(sample.metadata[field]);
  };
  const put = (text) => setEdits(edited(edits, [{ sample: samples[at.row], field: columns[at.column], text }]));
  const commit = (down, right) => {
    put(editing);
    move(at.row + down, at.column + right);
  };

  const onKeyDown = (event) => {
    if (editing !== null || event.ctrlKey || event.metaKey || event.altKey || !columns.length) return;
    const { row, column } = at;
    const to = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      Home: [row, 0],
      End: [row, columns.length - 1],
    }[event.key];
    if (to) move(...to);
    else if (event.key === "Enter" || event.key === "F2") setEditing(textAt(at));
    else if (event.key === "Delete" || event.key === "Backspace") put("");
    else if (event.key.length === 1) setEditing("");
    else return;
    if (event.key.length > 1) event.preventDefault(); // a letter goes into the field that appears
  };
  const onPaste = (event) => {
    if (editing !== null || !columns.length) return;
    event.preventDefault();
    const rows = cellsOf(event.clipboardData.getData("text/plain"));
    const { cells, outside } = pasted(rows, at, samples, columns);
    setEdits(edited(edits, cells));
    if (outside) say(t("edit.outside", { n: outside }), "error");
    else announce(t("edit.pasted", { n: cells.length }));
  };
  const onCopy = (event) => {
    if (editing !== null || !columns.length) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", textAt(at));
  };
  const placeOf = (event) => {
    const cell = event.target.closest("td[data-column]");
    return cell && { row: Number(cell.parentElement.dataset.row), column: Number(cell.dataset.column) };
  };
  const onClick = (event) => {
    const place = placeOf(event);
    if (!place || event.target.tagName === "INPUT") return;
    if (editing !== null) put(editing);
    move(place.row, place.column);
  };
  const onDblClick = (event) => {
    const place = placeOf(event);
    if (place && editing === null) setEditing(textAt(place));
  };

  const save = async () => {
    const turn = limiter(SAVED_AT_ONCE);
    const all = [...edits];
    let done = 0;
    let left = edits;
    const refused = new Map();
    setSaving({ done, total: all.length });
    await Promise.all(
      all.map(([id, own]) =>
        turn(async () => {
          const values = Object.fromEntries(Object.entries(own).map(([field, text]) => [field, typedValue(text)]));
          try {
            await patch(path`/samples/${id}/metadata`, values);
            left = without(left, id);
          } catch (error) {
            const rows = error.errors?.map((row) => row.detail) ?? [];
            refused.set(id, [...new Set(rows)].join(" ") || error.message || t("problem.unreachable.text"));
          }
          done += 1;
          setSaving({ done, total: all.length });
        }),
      ),
    );
    setEdits(left);
    setErrors(refused);
    setSaving(null);
    if (refused.size) say(t("edit.refused", { n: refused.size }), "error");
    else say(t("edit.saved", { n: all.length }));
    if (refused.size < all.length) onSaved();
  };
  const count = countOf(edits);
  const elsewhere = [...edits.keys()].filter((id) => !samples.some((sample) => sample.id === id)).length;
  return html`
    <div class="selected edit-bar">
      <strong role="status">${t("edit.count", { n: count })}</strong>
      ${elsewhere > 0 && html`<span class="quiet">${t("edit.elsewhere", { n: elsewhere })}</span>`}
      ${saving && html`<progress max=${saving.total} value=${saving.done} aria-label=${t("progress")}></progress>`}
      <span class="spring"></span>
      <button type="button" onClick=${() => setAdding(true)}>${t("metadata.add")}</button>
      ${count > 0 && html`<button type="button" disabled=${saving} onClick=${() => setEdits(NO_EDITS)}>${t("edit.discard")}</button>`}
      ${count > 0 && html`<button type="button" class="primary" disabled=${saving} onClick=${save}>${t("edit.save", { n: count })}</button>`}
      <button type="button" onClick=${onDone}>${t("edit.done")}</button>
    </div>
    <p class="quiet small">${t("edit.hint")}</p>
    <div class="table-place">
      <table
        ref=${table}
        role="grid"
        class="edit-grid"
        aria-label=${t("metadata")}
        onKeyDown=${onKeyDown}
        onPaste=${onPaste}
        onCopy=${onCopy}
        onClick=${onClick}
        onDblClick=${onDblClick}
      >
        <thead>
          <tr>
            <th scope="col">${t("name")}</th>
            ${columns.map((field) => html`<th key=${field} scope="col"><bdi>${field}</bdi></th>`)}
          </tr>
        </thead>
        <tbody>
          ${samples.map(
            (sample, row) => html`<${Row}
              key=${sample.id}
              row=${row}
              sample=${sample}
              columns=${columns.join("\n")}
              own=${edits.get(sample.id) ?? NONE}
              error=${errors.get(sample.id)}
              active=${at.row === row ? at.column : -1}
              editing=${at.row === row ? editing : null}
              onType=${setEditing}
              onCommit=${commit}
              onCancel=${() => move(at.row, at.column)}
            />`,
          )}
        </tbody>
      </table>
    </div>
    ${adding && html`<${AddField} known=${columns} onClose=${() => setAdding(false)} onAdd=${(field) => setAdded([...added, field])} />`}
  `;
}

/** The fields that some edits are of. */
const fieldsOf = (edits) => [...new Set([...edits.values()].flatMap((own) => Object.keys(own)))];

function AddField({ known, onClose, onAdd }) {
  const form = useForm({ name: "" }, async ({ name }) => {
    const field = name.trim().toLowerCase();
    if (field && !known.includes(field)) onAdd(field);
    onClose();
  });
  return html`<${Dialog} title=${t("metadata.add")} onClose=${onClose}>
    <form onSubmit=${form.submit}>
      <${TextField} form=${form} name="name" label=${t("metadata.field")} required maxlength="255" autofocus />
      <${FormFooter} form=${form} label=${t("lists.add")} onClose=${onClose} />
    </form>
  <//>`;
}

/** One sample; drawn again only when something of it changes. */
class Row extends Component {
  shouldComponentUpdate(next) {
    const { onCommit, onCancel, onType, ...others } = next;
    return next.active >= 0 || Object.keys(others).some((name) => next[name] !== this.props[name]);
  }

  render({ row, sample, columns, own, error, active, editing, onType, onCommit, onCancel }) {
    return html`<tr data-row=${row}>
      <th scope="row">
        <bdi>${sample.name}</bdi>
        ${error && html`<p class="error small" role="alert">${error}</p>`}
      </th>
      ${columns.split("\n").map((field, column) => {
        if (!field) return null;
        const isActive = active === column;
        const text = own[field] ?? textOf(sample.metadata[field]);
        return html`<td
          key=${field}
          role="gridcell"
          data-column=${column}
          data-changed=${field in own}
          tabindex=${isActive ? "0" : "-1"}
          aria-selected=${String(isActive)}
        >
          ${
            isActive && editing !== null
              ? html`<${CellInput}
                label=${t("edit.cell", { field, name: sample.name })}
                text=${editing}
                onType=${onType}
                onCommit=${onCommit}
                onCancel=${onCancel}
              />`
              : html`<bdi>${text}</bdi>${field in own && html`<span class="visually-hidden"> ${t("edit.changed")}</span>`}`
          }
        </td>`;
      })}
    </tr>`;
  }
}

function CellInput({ label, text, onType, onCommit, onCancel }) {
  const input = useRef(null);
  useLayoutEffect(() => input.current.focus(), []);
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") onCommit(event.shiftKey ? -1 : 1, 0);
    else if (event.key === "Tab") onCommit(0, event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") onCancel();
    else return;
    event.preventDefault();
  };
  return html`<input
    ref=${input}
    type="text"
    aria-label=${label}
    autocomplete="off"
    value=${text}
    onInput=${(event) => onType(event.target.value)}
    onKeyDown=${onKeyDown}
  />`;
}
