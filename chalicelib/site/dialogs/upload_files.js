// Files and folders from this computer: which sample each belongs to and which are pairs is shown first, then they are
// uploaded in the background.
import { say } from "../announcements.js";
import { post } from "../api.js";
import { Dialog } from "../dialog.js";
import { DropZone } from "../drop_zone.js";
import { fold } from "../folding.js";
import { size, t } from "../language.js";
import { path } from "../router.js";
import { querySamples } from "../samples/list.js";
import { ONE_BY_ONE } from "../selection.js";
import { droppedFiles, pickedFiles } from "../uploads/chosen_files.js";
import { inPairs, planOf } from "../uploads/plan.js";
import { addUploads } from "../uploads/queue.js";
import { html, useEffect, useRef, useState } from "../view.js";

const SHOWN = 200; // samples

/** The samples of the project with these names; a difference in case only is none where the exact name is there too. */
async function existing(project, names) {
  const found = new Map();
  for (let from = 0; from < names.length; from += ONE_BY_ONE) {
    const values = names.slice(from, from + ONE_BY_ONE);
    const filters = [{ column: "name", operator: "is", values }];
    const { items } = await querySamples(project.id, { filters, limit: ONE_BY_ONE, fields: [] });
    const exact = new Map(items.map((sample) => [sample.name, sample]));
    const folded = new Map(items.map((sample) => [fold(sample.name), sample]));
    for (const name of values) {
      const sample = exact.get(name) ?? folded.get(fold(name));
      if (sample) found.set(name, sample);
    }
  }
  return found;
}

/** Create the samples of these names; returns them by name. */
async function create(project, names, key) {
  const made = new Map();
  for (let from = 0; from < names.length; from += ONE_BY_ONE) {
    const body = { samples: names.slice(from, from + ONE_BY_ONE).map((name) => ({ name })) };
    const { samples } = await post(path`/projects/${project.id}/samples/batch`, body, `${key}-${from}`);
    for (const sample of samples) made.set(sample.name, sample);
  }
  return made;
}

/** `project` is a namespace, or `sample` one sample to which all files belong; `dropped` is what was dropped on the page. */
export default function UploadFiles({ project, sample = null, dropped = null, onClose, onCreated = () => {} }) {
  const [plan, setPlan] = useState(null); // [{sample, files, existing}]
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const key = useRef("");
  const look = async (choose) => {
    setBusy(true);
    setProblem(null);
    try {
      const found = await choose();
      const groups = planOf(found, { sample: sample?.name });
      const known = sample
        ? new Map([[sample.name, sample]])
        : await existing(project, [...new Set(groups.map((group) => group.sample))]);
      key.current = crypto.randomUUID();
      setPlan(groups.map((group) => ({ ...group, existing: known.get(group.sample) })));
      if (!groups.length) setProblem(new Error(t("upload.no-files")));
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
    }
    setBusy(false);
  };
  useEffect(() => {
    if (dropped) look(() => dropped);
  }, []);
  const files = plan?.flatMap((group) => group.files) ?? [];
  const missing = plan?.filter((group) => !group.existing).map((group) => group.sample) ?? [];
  const start = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const made = await create(project, missing, key.current);
      for (const group of plan) addUploads(group.existing ?? made.get(group.sample), group.files);
      say(t("upload.started", { n: files.length }));
      onClose();
      if (missing.length) onCreated();
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${t("upload")} onClose=${onClose} wide>
    <${DropZone}
      title=${t("upload.drop")}
      hint=${t(sample ? "upload.hint.sample" : "upload.hint.project")}
      disabled=${busy}
      autofocus
      choices=${[
        { label: t("upload.choose-files"), multiple: true },
        { label: t("upload.choose-folder"), folder: true },
      ]}
      onDrop=${(transfer) => {
        const found = droppedFiles(transfer); // at once: the list of a drop is emptied after the event
        look(() => found);
      }}
      onPick=${(picked) => {
        const found = pickedFiles(picked);
        look(() => found);
      }}
    />
    ${
      problem &&
      html`<p class="error" role="alert">
        ${problem.message || t("problem.unreachable.text")} ${problem.errors?.[0]?.detail ?? ""}
      </p>`
    }
    ${busy && !plan && html`<p class="quiet" role="status">${t("upload.reading")}</p>`}
    ${
      plan?.length > 0 &&
      html`<${Plan}
      plan=${plan}
      files=${files}
      missing=${missing.length}
      onRemove=${(group) => setPlan(plan.filter((one) => one !== group))}
    />`
    }
    <footer>
      <button type="button" onClick=${onClose}>${t("cancel")}</button>
      <button type="button" class="primary" disabled=${busy || !files.length} onClick=${start}>
        ${files.length ? t("upload.start", { n: files.length, size: size(sum(files)) }) : t("upload")}
      </button>
    </footer>
  <//>`;
}

UploadFiles.addsSamples = true;

const sum = (files) => files.reduce((total, file) => total + file.size, 0);

/** What would be uploaded: samples, their files, and which of these are pairs. */
function Plan({ plan, files, missing, onRemove }) {
  const pairs = files.filter((file) => file.forward !== undefined).length;
  const summary = [
    t("n-samples", { n: plan.length }),
    missing > 0 && t("import.create", { n: missing }),
    t("n-files", { n: files.length }),
    t("upload.pairs", { n: pairs }),
    size(sum(files)),
  ].filter(Boolean);
  return html`
    <p class="estimate" role="status"><strong>${summary.join(" · ")}</strong></p>
    <div class="table-place tried" role="region" aria-label=${t("files")} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${t("sample")}</th>
            <th scope="col">${t("files")}</th>
            <th scope="col" class="amount">${t("size")}</th>
            <th scope="col"><span class="visually-hidden">${t("actions")}</span></th>
          </tr>
        </thead>
        <tbody>
          ${plan.slice(0, SHOWN).map(
            (group) => html`<tr key=${group.sample}>
              <td class="name">
                <bdi>${group.existing?.name ?? group.sample}</bdi>
                ${!group.existing && html` <span class="tag">${t("upload.new-sample")}</span>`}
              </td>
              <td>
                <ul class="plain-list">
                  ${inPairs(group.files).map(
                    (file) => html`<li key=${file.path}>
                      <bdi>${file.name}</bdi>
                      ${file.forward !== undefined && html` <span class="tag">${t("upload.paired-with")}</span>`}
                    </li>`,
                  )}
                </ul>
              </td>
              <td class="amount">${size(sum(group.files))}</td>
              <td class="amount">
                <button type="button" class="link small" aria-label=${t("upload.remove.named", { name: group.sample })} onClick=${() => onRemove(group)}>${t("lists.remove")}</button>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${plan.length > SHOWN && html`<p class="quiet small">${t("and-more", { n: plan.length - SHOWN })}</p>`}
  `;
}
