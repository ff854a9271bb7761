// What the small forms share: fields with their violations, one submission at a time, the refusal of the rest.
import { t } from "./language.js";
import { html, useId, useRef, useState } from "./view.js";

/** The state of a form: its values, what the API refused, and `submit`, which calls `send(values, key)`. */
export function useForm(first, send) {
  const [values, setValues] = useState(first);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const sent = useRef({ text: "", key: "" });
  const submit = async (event) => {
    event.preventDefault();
    const text = JSON.stringify(values);
    // The same form sent twice, because a response was lost, creates one resource.
    if (text !== sent.current.text) sent.current = { text, key: crypto.randomUUID() };
    setBusy(true);
    setProblem(null);
    try {
      await send(values, sent.current.key);
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
      setBusy(false);
    }
  };
  const set = (name) => (event) => setValues((before) => ({ ...before, [name]: event.target.value }));
  return { values, set, setValues, problem, busy, submit, at: (pointer) => problem?.at?.(pointer) };
}

/** A line of text; `pointer` is that of the field in the request. */
export function TextField({ form, name, label, pointer = `/${name}`, hint, ...attributes }) {
  const id = useId();
  const violation = form.at(pointer);
  const described = [violation && `${id}-violation`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      type="text"
      autocomplete="off"
      ...${attributes}
      value=${form.values[name]}
      aria-invalid=${violation ? "true" : undefined}
      aria-describedby=${described || undefined}
      onInput=${form.set(name)}
    />
    ${hint && html`<p id=${`${id}-hint`} class="quiet small">${hint}</p>`}
    ${violation && html`<p id=${`${id}-violation`} class="error" role="alert">${violation}</p>`}
  </div>`;
}

/** A choice; `options` are `[value, words]`. */
export function SelectField({ form, name, label, pointer = `/${name}`, options, ...attributes }) {
  const id = useId();
  const violation = form.at(pointer);
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} ...${attributes} value=${form.values[name]} aria-invalid=${violation ? "true" : undefined} onChange=${form.set(name)}>
      ${options.map(
        ([value, words]) =>
          html`<option key=${value} value=${value} selected=${value === form.values[name]}>${words}</option>`,
      )}
    </select>
    ${violation && html`<p class="error" role="alert">${violation}</p>`}
  </div>`;
}

/** What was refused that belongs to none of the fields with these pointers. */
export function FormRefusal({ form, pointers = [] }) {
  if (!form.problem || pointers.some((pointer) => form.at(pointer))) return null;
  return html`<p class="error" role="alert">${form.problem.message || t("problem.unreachable.text")}</p>`;
}

/** Cancel and submit. */
export const FormFooter = ({ form, label, onClose, disabled = false }) =>
  html`<footer>
    <button type="button" onClick=${onClose}>${t("cancel")}</button>
    <button class="primary" disabled=${disabled || form.busy}>${label}</button>
  </footer>`;
