// The filters of a list of samples: a chip for each, and a dialog to make or change one.
import { Dialog } from "../dialog.js";
import { t } from "../language.js";
import { change } from "../lists.js";
import { html, useId, useState } from "../view.js";
import { ATTRIBUTES, filterText, isComplete, METADATA, OPERATORS, valuesOf } from "./query.js";
import { columnName, filterWords } from "./words.js";

const setFilters = (filters) => change({ filter: filters.map(filterText) });

/** Which filter is edited: `open(position)` opens the dialog, that after the last makes a new one. */
export function useFilterEditor({ list, namespace, fields }) {
  const [edited, setEdited] = useState(null);
  const { filters } = list;
  const apply = (filter) => {
    setFilters([...filters.slice(0, edited), filter, ...filters.slice(edited + 1)]);
    setEdited(null);
  };
  const dialog =
    edited !== null &&
    html`<${FilterDialog}
      initial=${filters[edited]}
      namespace=${namespace}
      fields=${fields}
      items=${list.items ?? []}
      onApply=${apply}
      onClose=${() => setEdited(null)}
    />`;
  return { open: setEdited, dialog };
}

/** The button that adds a filter. */
export const AddFilter = ({ list, editor }) =>
  html`<button type="button" class="add-filter" onClick=${() => editor.open(list.filters.length)}>
    ${t("filter.add")}
  </button>`;

/** The chips of the filters that hold: each can be changed and removed. */
export function FilterChips({ list, editor }) {
  const { filters } = list;
  if (!filters.length) return null;
  return html`<ul class="chips" aria-label=${t("filters")}>
    ${filters.map((filter, position) => {
      const words = filterWords(filter);
      return html`<li key=${filterText(filter)} class="chip">
        <button type="button" class="chip-text" onClick=${() => editor.open(position)}>${words}</button>
        <button
          type="button"
          class="chip-remove"
          aria-label=${t("filter.remove", { filter: words })}
          onClick=${() => setFilters(filters.filter((one) => one !== filter))}
        >
          ×
        </button>
      </li>`;
    })}
    ${
      filters.length > 1 &&
      html`<li><button type="button" class="link" onClick=${() => setFilters([])}>${t("filter.remove-all")}</button></li>`
    }
  </ul>`;
}

/** What is typed for a filter's values: a line each, or two bounds. */
function typedOf(filter) {
  if (!filter) return ["", ""];
  if (filter.operator === "between") return filter.values.map((value) => (value === null ? "" : String(value)));
  return [filter.values.join("\n"), ""];
}

function FilterDialog({ initial, namespace, fields, items, onApply, onClose }) {
  const id = useId();
  const attributes = ATTRIBUTES.filter((name) => namespace.type === "group" || !name.startsWith("project."));
  const [column, setColumn] = useState(initial?.column ?? (fields?.length ? METADATA + fields[0].name : "name"));
  const [operator, setOperator] = useState(initial?.operator ?? "is");
  const [typed, setTyped] = useState(typedOf(initial));
  const filter = { column, operator, values: valuesOf(operator, typed) };
  const type = (position) => (event) =>
    setTyped(typed.map((text, at) => (at === position ? event.target.value : text)));
  const submit = (event) => {
    event.preventDefault();
    if (isComplete(filter)) onApply(filter);
  };
  const names = fields?.map((field) => METADATA + field.name) ?? [];
  const metadata = names.includes(column) || ATTRIBUTES.includes(column) ? names : [column, ...names];
  const option = (name) =>
    html`<option key=${name} value=${name} selected=${name === column}>${columnName(name)}</option>`;
  return html`<${Dialog} title=${t(initial ? "filter.change" : "filter.add")} onClose=${onClose}>
    <form onSubmit=${submit} class="filter-form">
      <div class="field">
        <label for=${`${id}-column`}>${t("filter.column")}</label>
        <select id=${`${id}-column`} value=${column} autofocus onChange=${(event) => setColumn(event.target.value)}>
          ${metadata.length > 0 && html`<optgroup label=${t("metadata")}>${metadata.map(option)}</optgroup>`}
          <optgroup label=${t("sample")}>${attributes.map(option)}</optgroup>
        </select>
      </div>
      <div class="field">
        <label for=${`${id}-operator`}>${t("filter.condition")}</label>
        <select id=${`${id}-operator`} value=${operator} onChange=${(event) => setOperator(event.target.value)}>
          ${OPERATORS.map(
            (name) =>
              html`<option key=${name} value=${name} selected=${name === operator}>${t(`filter.${name}`)}</option>`,
          )}
        </select>
      </div>
      <${Values} id=${id} operator=${operator} typed=${typed} onType=${type} suggestions=${suggestionsOf(items, column)} />
      <footer>
        <button type="button" onClick=${onClose}>${t("cancel")}</button>
        <button class="primary" disabled=${!isComplete(filter)}>${t("filter.apply")}</button>
      </footer>
    </form>
  <//>`;
}

function Values({ id, operator, typed, onType, suggestions }) {
  if (operator === "is_empty" || operator === "is_not_empty") return null;
  if (operator === "between") {
    return html`<div class="bounds">
      ${["from", "to"].map(
        (name, position) => html`<div key=${name} class="field">
          <label for=${`${id}-${name}`}>${t(`filter.bound.${name}`)}</label>
          <input
            id=${`${id}-${name}`}
            type="text"
            maxlength="1000"
            autocomplete="off"
            value=${typed[position]}
            aria-describedby=${`${id}-hint`}
            onInput=${onType(position)}
          />
        </div>`,
      )}
      <p id=${`${id}-hint`} class="quiet small">${t("filter.between.hint")}</p>
    </div>`;
  }
  const lines = typed[0].split("\n").length;
  return html`<div class="field">
    <label for=${`${id}-values`}>${t("filter.values")}</label>
    <textarea
      id=${`${id}-values`}
      rows=${Math.min(8, Math.max(2, lines + 1))}
      autocomplete="off"
      spellcheck=${false}
      aria-describedby=${`${id}-hint`}
      value=${typed[0]}
      onInput=${onType(0)}
    ></textarea>
    <p id=${`${id}-hint`} class="quiet small">${t("filter.values.hint")}</p>
    ${
      suggestions.length > 0 &&
      operator.startsWith("is") &&
      html`<div class="suggestions" role="group" aria-label=${t("filter.suggestions")}>
        ${suggestions.map((value) => {
          const there = typed[0].split("\n");
          const isThere = there.includes(value);
          const next = isThere ? there.filter((line) => line !== value) : [...there.filter(Boolean), value];
          return html`<button
            type="button"
            key=${value}
            class="suggestion"
            aria-pressed=${String(isThere)}
            onClick=${() => onType(0)({ target: { value: next.join("\n") } })}
          >
            ${value}
          </button>`;
        })}
      </div>`
    }
  </div>`;
}

const SUGGESTED = 12;

/** The values that the samples of the page have in a column, the most frequent first. */
function suggestionsOf(items, column) {
  if (!column.startsWith(METADATA)) return [];
  const counts = new Map();
  for (const item of items) {
    const value = item.metadata[column.slice(METADATA.length)];
    if (value !== undefined && value !== "") counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  return sorted.slice(0, SUGGESTED).map(([value]) => value);
}
