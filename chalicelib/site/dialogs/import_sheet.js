// A samplesheet: dropped or chosen, tried out as a table of what it would do and of its errors, then imported.
import { post } from "../api.js";
import { Dialog } from "../dialog.js";
import { DropZone } from "../drop_zone.js";
import { number, size, t } from "../language.js";
import { useLoaded } from "../loading.js";
import { path } from "../router.js";
import { html, useEffect, useRef, useState } from "../view.js";

const MOST = 4_000_000; // bytes of a sheet; a request has 6 MB, in base64
const SHOWN = 200;
const POLL = 1_500; // ms
const ACCEPTED = ".csv,.tsv,.txt,text/csv,text/tab-separated-values";

/** The bytes of a file in base64; the service finds out its encoding. */
async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

export default function ImportSheet({ project, onClose, onImported }) {
  const [sheet, setSheet] = useState(null);
  const [tried, setTried] = useState(null);
  const [started, setStarted] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const key = useRef("");
  const send = async (body, idempotencyKey) => {
    setBusy(true);
    setProblem(null);
    try {
      return await post(path`/projects/${project.id}/import`, body, idempotencyKey);
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const choose = async (file) => {
    setTried(null);
    if (!file) return;
    if (file.size > MOST) {
      setProblem(new Error(t("import.too-large", { size: size(MOST) })));
      return;
    }
    const chosen = { name: file.name, samplesheet_base64: await base64(file) };
    setSheet(chosen);
    key.current = crypto.randomUUID();
    setTried(await send({ samplesheet_base64: chosen.samplesheet_base64, dry_run: true }));
  };
  const start = async () => {
    const made = await send({ samplesheet_base64: sheet.samplesheet_base64, dry_run: false }, key.current);
    if (made) setStarted(made);
  };
  return html`<${Dialog} title=${t("import")} onClose=${onClose} wide>
    ${
      started
        ? html`<${Running} id=${started.id} onClose=${onClose} onImported=${onImported} />`
        : html`
          <${DropZone}
            title=${sheet ? html`<bdi>${sheet.name}</bdi>` : t("import.drop")}
            hint=${t("import.hint")}
            disabled=${busy}
            autofocus
            choices=${[{ label: t(sheet ? "import.choose-other" : "import.choose"), accept: ACCEPTED }]}
            onDrop=${(transfer) => choose(transfer.files[0])}
            onPick=${([file]) => choose(file)}
          />
          <${Sources} project=${project} />
          ${problem && html`<p class="error" role="alert">${problem.message || t("problem.unreachable.text")}</p>`}
          ${busy && !tried && html`<p class="quiet" role="status">${t("import.reading")}</p>`}
          ${tried && html`<${Tried} tried=${tried} />`}
          <footer>
            <button type="button" onClick=${onClose}>${t("cancel")}</button>
            <button type="button" class="primary" disabled=${busy || !tried || tried.error_count > 0} onClick=${start}>
              ${t("import.start")}
            </button>
          </footer>
        `
    }
  <//>`;
}

/** Where the files of a samplesheet may lie. */
function Sources({ project }) {
  const { value } = useLoaded(path`/namespaces/${project.id}/sources`);
  if (!value) return null;
  if (!value.items.length) return html`<p class="quiet small">${t("import.sources.none")}</p>`;
  return html`<div class="quiet small">
    ${t("import.sources")}
    <ul>${value.items.map(({ uri }) => html`<li key=${uri}><span class="code">${uri}</span></li>`)}</ul>
  </div>`;
}

const rowOf = ({ pointer }) => Number(pointer.split("/")[2]) || 0;
const byRow = (one, other) => rowOf(one) - rowOf(other);

/** What an import would do, and what is wrong with the sheet. */
function Tried({ tried }) {
  const { errors, error_count: count, samples } = tried;
  const summary = [
    t("import.rows", { n: tried.rows }),
    t("import.create", { n: tried.samples_to_create }),
    t("import.update", { n: tried.samples_to_update }),
    t("import.files", { n: tried.files_to_register }),
  ];
  return html`
    <p class="estimate" role="status"><strong>${summary.join(" · ")}</strong></p>
    ${
      count > 0 &&
      html`<div class="failure" role="alert">
        <p><strong>${t("import.errors", { n: count })}</strong></p>
        <ul class="warnings">
          ${[...errors]
            .sort(byRow)
            .slice(0, SHOWN)
            .map((row, position) => html`<li key=${position}><${Place} pointer=${row.pointer} /> ${row.detail}</li>`)}
          ${count > SHOWN && html`<li class="quiet">${t("and-more", { n: count - SHOWN })}</li>`}
        </ul>
      </div>`
    }
    ${
      tried.warning_count > 0 &&
      html`<details>
        <summary>${t("import.warnings", { n: tried.warning_count })}</summary>
        <ul class="warnings">
          ${tried.warnings.slice(0, SHOWN).map((row, position) => html`<li key=${position}><${Place} pointer=${row.pointer} /> ${row.detail}</li>`)}
        </ul>
      </details>`
    }
    ${
      samples.length > 0 &&
      html`<div class="table-place tried" role="region" aria-label=${t("samples")} tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col" class="amount">${t("import.row")}</th>
              <th scope="col">${t("sample")}</th>
              <th scope="col">${t("import.action")}</th>
              <th scope="col">${t("metadata-fields")}</th>
              <th scope="col" class="amount">${t("files")}</th>
            </tr>
          </thead>
          <tbody>
            ${samples.slice(0, SHOWN).map(
              (one) => html`<tr key=${one.row}>
                <td class="amount">${number(one.row)}</td>
                <td class="name"><bdi>${one.name ?? one.puid}</bdi></td>
                <td>${t(`import.action.${one.action}`)}</td>
                <td><bdi>${one.changed_fields.join(", ")}</bdi></td>
                <td class="amount">${number(one.files.length)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
  `;
}

/** The row that a JSON pointer names. */
function Place({ pointer }) {
  const [, row, ...columns] = pointer.split("/").slice(1);
  if (!/^\d+$/.test(row ?? "")) return null;
  return html`<strong>${t("import.place", { row: Number(row) })}${columns.length ? `, ${columns.join("/")}` : ""}</strong> –`;
}

/** An import while it runs, and what it did. */
function Running({ id, onClose, onImported }) {
  const { value, error } = useLoaded(path`/imports/${id}`, {
    again: (found) => (!found || found.status === "processing") && POLL,
  });
  const isDone = value && value.status !== "processing";
  useEffect(() => {
    if (isDone) onImported();
  }, [isDone]);
  const done = value?.progress.rows_done ?? 0;
  const total = value?.progress.rows_total ?? 1;
  return html`
    <p role="status">
      <strong>${t(isDone ? `import.status.${value.status}` : "import.running")}</strong>
      ${value && html` ${t("import.done", { created: value.samples_created, updated: value.samples_updated, files: value.files_registered })}`}
    </p>
    <p><progress max=${total} value=${done} aria-label=${t("progress")}></progress></p>
    ${error && html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`}
    ${value?.failure && html`<p class="error" role="alert">${value.failure.message}</p>`}
    ${
      value?.error_count > 0 &&
      html`<ul class="warnings">
        ${value.errors.map((row, position) => html`<li key=${position}><${Place} pointer=${row.pointer} /> ${row.detail}</li>`)}
      </ul>`
    }
    <footer><button type="button" class="primary" onClick=${onClose}>${t("close")}</button></footer>
  `;
}
