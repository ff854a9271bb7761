// The uploads of this tab, at the foot of every page.
import { Dialog } from "../dialog.js";
import { percent, size, t } from "../language.js";
import { html, useState } from "../view.js";
import { clearUploads, retryFailed, stopUploads } from "./queue.js";
import { isActive, totalsOf, uploads } from "./state.js";

const SHOWN = 100;

export default function UploadPanel() {
  const list = uploads.use();
  const [open, setOpen] = useState(false);
  const [stopping, setStopping] = useState(false);
  if (!list.length) return null;
  const { files, done, failed, active, size: total, sent } = totalsOf(list);
  const summary = active
    ? t("upload.panel.active", { n: files, done, share: percent(total ? (100 * sent) / total : 0) })
    : failed
      ? t("upload.panel.failed", { n: failed })
      : t("upload.panel.done", { n: done });
  return html`<section class="upload-panel" aria-label=${t("upload.panel")}>
    <div class="upload-head">
      <p role="status" data-state=${active ? "active" : failed ? "failed" : "done"}>${summary}</p>
      <button type="button" class="link" aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>
        ${t("details")}
      </button>
      ${!active && failed > 0 && html`<button type="button" onClick=${retryFailed}>${t("retry")}</button>`}
      ${
        active
          ? html`<button type="button" onClick=${() => setStopping(true)}>${t("upload.stop")}</button>`
          : html`<button type="button" class="plain icon" aria-label=${t("close")} onClick=${clearUploads}>×</button>`
      }
    </div>
    ${active > 0 && html`<progress max=${total || 1} value=${sent} aria-label=${t("progress")}></progress>`}
    ${
      open &&
      html`<ul class="upload-list" tabindex="0" aria-label=${t("files")}>
        ${[...list]
          .sort((one, other) => rank(one) - rank(other))
          .slice(0, SHOWN)
          .map((upload) => html`<${Row} key=${upload.id} upload=${upload} />`)}
        ${list.length > SHOWN && html`<li class="quiet">${t("and-more", { n: list.length - SHOWN })}</li>`}
      </ul>`
    }
    ${
      stopping &&
      html`<${Dialog} title=${t("upload.stop.title")} onClose=${() => setStopping(false)}>
        <p>${t("upload.stop.text")}</p>
        <footer>
          <button type="button" onClick=${() => setStopping(false)}>${t("cancel")}</button>
          <button
            type="button"
            class="danger"
            onClick=${() => {
              setStopping(false);
              stopUploads();
            }}
          >
            ${t("upload.stop")}
          </button>
        </footer>
      <//>`
    }
  </section>`;
}

/** What failed comes first, then what is under way. */
const rank = (upload) => ["failed", "uploading", "waiting", "done", "already-there"].indexOf(upload.status);

function Row({ upload }) {
  const state =
    upload.status === "uploading"
      ? percent((100 * upload.sent) / upload.size)
      : upload.status === "failed"
        ? upload.error || t("problem.unreachable.text")
        : t(`upload.${upload.status}`);
  return html`<li>
    <span class="row-name"><bdi>${upload.name}</bdi> <span class="quiet small"><bdi>${upload.sampleName}</bdi> · ${size(upload.size)}</span></span>
    <span class=${upload.status === "failed" ? "error" : isActive(upload) ? "" : "quiet"}>${state}</span>
  </li>`;
}
