// Select samples by a list of their names or PUIDs, as it comes from a spreadsheet or an e-mail.
import { Dialog } from "../dialog.js";
import { fold } from "../folding.js";
import { t } from "../language.js";
import { ONE_BY_ONE } from "../selection.js";
import { html, useId, useState } from "../view.js";
import { querySamples } from "./list.js";
import { linesOf } from "./query.js";

const PUID = /^[A-Za-z0-9]+_SAM_[A-Z2-7]{10}$/i;
const NAMED = 20; // of what was not found

/** The samples of some names and PUIDs, and which of these found none or several. */
async function find(namespaceId, lines) {
  const puids = lines.filter((line) => PUID.test(line));
  const names = lines.filter((line) => !PUID.test(line));
  const ask = async (column, values) => {
    if (!values.length) return [];
    const filters = [{ column, operator: "is", values }];
    return (await querySamples(namespaceId, { filters, limit: ONE_BY_ONE, fields: [] })).items;
  };
  const [byPuid, byName] = await Promise.all([ask("puid", puids), ask("name", names)]);
  const samples = new Map([...byPuid, ...byName].map((sample) => [sample.id, sample]));
  const counts = new Map();
  for (const key of [...byPuid.map((one) => one.puid), ...byName.map((one) => one.name)].map(fold)) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return {
    samples: [...samples.values()],
    missing: lines.filter((line) => !counts.has(fold(line))),
    ambiguous: names.filter((line) => counts.get(fold(line)) > 1),
  };
}

export function PasteDialog({ namespace, onChoose, onClose }) {
  const id = useId();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState(null);
  const [problem, setProblem] = useState(null);
  const lines = linesOf(text);
  const tooMany = lines.length > ONE_BY_ONE;
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const found = await find(namespace.id, lines);
      onChoose(found.samples);
      if (found.missing.length || found.ambiguous.length) setResult(found);
      else onClose();
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
    }
    setBusy(false);
  };
  if (result) {
    return html`<${Dialog} title=${t("paste")} onClose=${onClose}>
      <p role="status"><strong>${t("paste.found", { n: result.samples.length })}</strong></p>
      <${Named} words="paste.missing" lines=${result.missing} />
      <${Named} words="paste.ambiguous" lines=${result.ambiguous} />
      <footer>
        <button type="button" onClick=${() => setResult(null)}>${t("back")}</button>
        <button type="button" class="primary" onClick=${onClose}>${t("close")}</button>
      </footer>
    <//>`;
  }
  return html`<${Dialog} title=${t("paste")} onClose=${onClose}>
    <form onSubmit=${submit}>
      <div class="field">
        <label for=${id}>${t("paste.label")}</label>
        <textarea
          id=${id}
          rows="10"
          autofocus
          autocomplete="off"
          spellcheck=${false}
          value=${text}
          aria-invalid=${tooMany ? "true" : undefined}
          aria-describedby=${`${id}-hint`}
          onInput=${(event) => setText(event.target.value)}
        ></textarea>
        <p id=${`${id}-hint`} class=${tooMany ? "error" : "quiet small"} role="status">
          ${tooMany ? t("paste.too-many", { n: lines.length, most: ONE_BY_ONE }) : t("paste.hint", { n: lines.length })}
        </p>
      </div>
      ${problem && html`<p class="error" role="alert">${problem.message || t("problem.unreachable.text")}</p>`}
      <footer>
        <button type="button" onClick=${onClose}>${t("cancel")}</button>
        <button class="primary" disabled=${!lines.length || tooMany || busy}>${t("select")}</button>
      </footer>
    </form>
  <//>`;
}

function Named({ words, lines }) {
  if (!lines.length) return null;
  return html`<p>${t(words, { n: lines.length })}</p>
    <ul class="named">
      ${lines.slice(0, NAMED).map((line) => html`<li key=${line}><bdi>${line}</bdi></li>`)}
      ${lines.length > NAMED && html`<li class="quiet">${t("and-more", { n: lines.length - NAMED })}</li>`}
    </ul>`;
}
