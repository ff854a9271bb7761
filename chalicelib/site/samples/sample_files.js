// The files of a sample: uploaded, paired and deleted here.
import { say, sayRefused } from "../announcements.js";
import { patch, remove } from "../api.js";
import { Puid } from "../clipboard.js";
import { Dialog } from "../dialog.js";
import { DropZone, usePageDrop } from "../drop_zone.js";
import { FormFooter, FormRefusal, SelectField, useForm } from "../form.js";
import { kindOfFile, language, moment, size, t } from "../language.js";
import { useAll } from "../loading.js";
import { Loading } from "../page.js";
import { Question } from "../question.js";
import { mayManage, mayUpload } from "../roles.js";
import { path } from "../router.js";
import { droppedFiles, pickedFiles } from "../uploads/chosen_files.js";
import { uploads } from "../uploads/state.js";
import { html, useEffect, useState } from "../view.js";

const PAIRED_FORMAT = "fastq";
const NUMERIC = { numeric: true };

/** By name, and the reverse file of a pair after its forward one. */
function ordered(files) {
  const byId = new Map(files.map((file) => [file.id, file]));
  const first = (file) => (file.direction === "reverse" ? byId.get(file.paired_with) : file) ?? file;
  const collator = new Intl.Collator(language(), NUMERIC);
  return [...files].sort(
    (one, other) =>
      collator.compare(first(one).filename, first(other).filename) ||
      Number(one.direction === "reverse") - Number(other.direction === "reverse"),
  );
}

export function SampleFiles({ sample, role }) {
  const { value, error, reload } = useAll(path`/samples/${sample.id}/files`);
  const [upload, setUpload] = useState(null);
  const canUpload = mayUpload(role);
  const open = async (dropped) => {
    const { default: UploadFiles } = await import("../dialogs/upload_files.js");
    setUpload({ UploadFiles, dropped });
  };
  const over = usePageDrop(canUpload, (transfer) => open(droppedFiles(transfer)));
  const finished = uploads.use().filter((one) => one.sampleId === sample.id && one.status === "done").length;
  useEffect(() => {
    if (finished) reload();
  }, [finished]);
  return html`<section class=${over ? "dropping" : ""}>
    <h2>${t("files")}</h2>
    ${error && html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`}
    ${!value && !error && html`<${Loading} />`}
    ${value?.length === 0 && html`<p class="quiet">${t("files.none")}</p>`}
    ${value?.length > 0 && html`<${Table} files=${ordered(value)} role=${role} reload=${reload} />`}
    ${
      canUpload &&
      value &&
      html`<${DropZone}
        title=${t("upload.drop")}
        hint=${t("upload.hint.sample")}
        choices=${[{ label: t("upload.choose-files"), multiple: true }]}
        onDrop=${(transfer) => open(droppedFiles(transfer))}
        onPick=${(picked) => open(Promise.resolve(pickedFiles(picked)))}
      />`
    }
    ${
      upload &&
      html`<${upload.UploadFiles} sample=${sample} dropped=${upload.dropped} onClose=${() => setUpload(null)} />`
    }
  </section>`;
}

function Table({ files, role, reload }) {
  const [pairing, setPairing] = useState(null);
  const [deleting, setDeleting] = useState(null);
  const single = files.filter((file) => file.format === PAIRED_FORMAT && !file.paired_with);
  const unpair = async (file) => {
    try {
      await patch(path`/files/${file.id}`, { paired_with: null });
      say(t("files.unpaired", { name: file.filename }));
      reload();
    } catch (refused) {
      sayRefused(refused);
    }
  };
  const actionsOf = (file) =>
    [
      file.paired_with && [t("files.unpair"), () => unpair(file)],
      single.includes(file) && single.length > 1 && [t("files.pair"), () => setPairing(file)],
      mayManage(role) && [t("delete"), () => setDeleting(file)],
    ].filter(Boolean);
  const hasActions = mayUpload(role) && files.some((file) => actionsOf(file).length);
  return html`
    <div class="table-place" role="region" aria-label=${t("files")} tabindex="0">
      <table class="cards-table unsorted">
        <thead>
          <tr>
            <th scope="col">${t("name")}</th>
            <th scope="col">${t("puid")}</th>
            <th scope="col">${t("format")}</th>
            <th scope="col" class="amount">${t("size")}</th>
            <th scope="col">${t("created")}</th>
            ${hasActions && html`<th scope="col">${t("actions")}</th>`}
          </tr>
        </thead>
        <tbody>
          ${files.map((file) => {
            const actions = hasActions ? actionsOf(file) : [];
            return html`<tr key=${file.id} data-mate=${file.direction === "reverse"}>
              <td class="name" id=${`file-${file.id}`}><bdi>${file.filename}</bdi></td>
              <td data-label=${t("puid")}><${Puid} of=${file.puid} /></td>
              <td data-label=${t("format")}>${kindOfFile(file)}</td>
              <td class="amount" data-label=${t("size")}>${size(file.size)}</td>
              <td class="moment" data-label=${t("created")}>${moment(file.created_at)}</td>
              ${
                hasActions &&
                html`<td class="row-actions">
                  ${actions.map(
                    ([label, act]) =>
                      html`<button key=${label} type="button" class="link" aria-describedby=${`file-${file.id}`} onClick=${act}>${label}</button>`,
                  )}
                </td>`
              }
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${pairing && html`<${PairDialog} file=${pairing} others=${single.filter((one) => one !== pairing)} onClose=${() => setPairing(null)} onDone=${reload} />`}
    ${
      deleting &&
      html`<${Question}
        title=${t("files.delete.title")}
        verb=${t("delete")}
        act=${async () => {
          await remove(path`/files/${deleting.id}`);
          say(t("files.deleted", { name: deleting.filename }));
        }}
        onDone=${reload}
        onClose=${() => setDeleting(null)}
      >
        <p>${t("files.delete.text")} <strong><bdi>${deleting.filename}</bdi></strong></p>
      <//>`
    }
  `;
}

function PairDialog({ file, others, onClose, onDone }) {
  const first = { mate: others[0].id, direction: "forward" };
  const form = useForm(first, async ({ mate, direction }) => {
    await patch(path`/files/${file.id}`, { paired_with: mate, direction });
    onClose();
    onDone();
  });
  return html`<${Dialog} title=${t("files.pair")} onClose=${onClose}>
    <form onSubmit=${form.submit}>
      <p><bdi>${file.filename}</bdi></p>
      <${SelectField}
        form=${form}
        name="mate"
        label=${t("files.pair.with")}
        pointer="/paired_with"
        options=${others.map((other) => [other.id, other.filename])}
        autofocus
      />
      <${SelectField}
        form=${form}
        name="direction"
        label=${t("files.pair.direction")}
        options=${["forward", "reverse"].map((value) => [value, t(`direction.${value}`)])}
      />
      <${FormRefusal} form=${form} pointers=${["/paired_with", "/direction"]} />
      <${FormFooter} form=${form} label=${t("files.pair")} onClose=${onClose} />
    </form>
  <//>`;
}
