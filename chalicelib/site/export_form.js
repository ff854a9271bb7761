// What the dialogs share that create an export: a name, a notice by e-mail, the answer of the API.

import { say } from "./announcements.js";
import { post, Unreachable } from "./api.js";
import { moment, shortDay, t } from "./language.js";
import { watch } from "./notices.js";
import { go, path } from "./router.js";
import { me } from "./session.js";
import { html, useEffect, useId, useRef, useState } from "./view.js";

const MAX_NAME = 255;
const PACKAGINGS = ["archive", "ro-crate", "manifest"]; // the first one is that of an export which names none

/** The name of an export of some samples or workflow executions of a group or project, today. */
export function suggestedName(origin, contents) {
  const today = shortDay(new Date());
  return [origin, contents, today].filter(Boolean).join(" · ").slice(0, MAX_NAME);
}

/**
 * The state of a form that creates an export: what was typed, what the API refused, and `submit`. `suggested` is the
 * name of an export that is not given another; `onCreated` is called when the export was created.
 */
export function useExportForm({ suggested = "", onCreated = () => {} } = {}) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState(false);
  const [packaging, setPackaging] = useState(PACKAGINGS[0]);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const sent = useRef({ text: "", key: "" });

  const submit = async (request) => {
    const chosen = name.trim() || suggested;
    const named = chosen ? { name: chosen } : {};
    const packaged = packaging === PACKAGINGS[0] ? {} : { packaging };
    const body = { ...request, ...named, ...packaged, email_notification: email };
    const text = JSON.stringify(body);
    // The same request sent twice, because a response was lost, creates one export.
    if (text !== sent.current.text) sent.current = { text, key: crypto.randomUUID() };
    setBusy(true);
    setProblem(null);
    try {
      const made = await post("/exports", body, sent.current.key);
      say(t("export.created"));
      onCreated();
      watch();
      go(path`/exports/${made.id}`);
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
      setBusy(false);
    }
  };
  return {
    name,
    setName,
    suggested,
    email,
    setEmail,
    packaging,
    setPackaging,
    problem,
    busy,
    submit,
    at: (pointer) => problem?.at?.(pointer),
  };
}

/** The optional name and the checkbox for a notice. */
export function NameAndEmail({ form }) {
  const id = useId();
  const violation = form.at("/name");
  const user = me.use();
  return html`
    <div class="field">
      <label for=${`${id}-name`}>${t("form.name")}</label>
      <input
        id=${`${id}-name`}
        type="text"
        maxlength="255"
        autocomplete="off"
        placeholder=${form.suggested}
        value=${form.name}
        aria-invalid=${violation ? "true" : undefined}
        aria-describedby=${violation ? `${id}-violation` : undefined}
        onInput=${(event) => form.setName(event.target.value)}
      />
      ${violation && html`<p id=${`${id}-violation`} class="error" role="alert">${violation}</p>`}
    </div>
    <label class="check">
      <input type="checkbox" checked=${form.email} onChange=${(event) => form.setEmail(event.target.checked)} />
      <span>${t("form.email")}${user?.email && html` <span class="quiet">(<bdi>${user.email}</bdi>)</span>`}</span>
    </label>
    ${
      user?.email_failure &&
      html`<p class="quiet">
        ${t(`email-failure.me.${user.email_failure.reason}`, { date: moment(user.email_failure.at) })}
      </p>`
    }
  `;
}

/** How the files are handed over: few people need another way than one archive. */
export function PackagingChoice({ form }) {
  const id = useId();
  return html`<details>
    <summary>${t("packaging")} – ${t(`packaging.${form.packaging}`)}</summary>
    <fieldset>
      <legend>${t("packaging")}</legend>
      ${PACKAGINGS.map(
        (name) => html`<label key=${name} class="check">
          <input
            type="radio"
            name=${id}
            value=${name}
            checked=${name === form.packaging}
            onChange=${() => form.setPackaging(name)}
          />
          <span>${t(`packaging.${name}`)} <span class="quiet small">${t(`packaging.${name}.hint`)}</span></span>
        </label>`,
      )}
    </fieldset>
  </details>`;
}

/** What the API refused that belongs to no field shown here; `fields` are the pointers that are shown. */
export function Refusal({ problem, fields = [] }) {
  const place = useRef(null);
  useEffect(() => {
    if (problem) place.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  if (!problem) return null;
  const known = ["/name", ...fields].some((pointer) => problem.at?.(pointer));
  const others = (problem.errors ?? []).filter(
    (row) => !["/name", ...fields].some((pointer) => row.pointer === pointer || row.pointer.startsWith(`${pointer}/`)),
  );
  if (known && !others.length) return null;
  const text = problem instanceof Unreachable ? t("problem.unreachable.text") : problem.message;
  const rows = [...new Set(others.map((row) => row.detail))].filter((detail) => detail !== text);
  return html`<div ref=${place} class="failure" role="alert">
    <p>${text}</p>
    ${rows.length > 0 && html`<ul>${rows.map((row) => html`<li key=${row}>${row}</li>`)}</ul>`}
  </div>`;
}

/** Cancel and submit. */
export function FormButtons({ form, onClose, disabled }) {
  return html`<footer>
    <button type="button" onClick=${onClose}>${t("cancel")}</button>
    <button class="primary" disabled=${disabled || form.busy}>${t("form.submit")}</button>
  </footer>`;
}
