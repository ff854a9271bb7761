// How much the files of a project or group take, by format: counted when it is opened, because it may take seconds.
import { post } from "./api.js";
import { FORMATS } from "./format_choice.js";
import { formatName, size, t } from "./language.js";
import { useLoaded } from "./loading.js";
import { html, useState } from "./view.js";

/** The files and bytes of all samples here, as an export of everything would have them. */
const count = (id) =>
  post("/exports/estimate", { type: "sample", namespace_id: id, selection: { all: true }, file_formats: FORMATS });

export function StorageByFormat({ namespace }) {
  const [open, setOpen] = useState(false);
  const { value, error } = useLoaded(open ? namespace.id : null, { load: count });
  const rows = Object.entries(value?.by_format ?? {})
    .filter(([, { files }]) => files)
    .sort(([, one], [, other]) => other.bytes - one.bytes);
  const largest = Math.max(1, ...rows.map(([, { bytes }]) => bytes));
  const total = rows.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  return html`<details class="history" onToggle=${(event) => setOpen(event.target.open)}>
    <summary>${t("storage")}</summary>
    ${open && !value && !error && html`<p class="quiet" role="status">${t("estimate.counting")}</p>`}
    ${error && html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`}
    ${value && !rows.length && html`<p class="quiet">${t("storage.none")}</p>`}
    ${
      rows.length > 0 &&
      html`<p><strong>${size(total)}</strong>${!value.exact && html` <span class="quiet">${t("estimate.about")}</span>`}</p>
        <table class="bars">
          <caption class="visually-hidden">${t("storage")}</caption>
          <tbody>
            ${rows.map(
              ([format, { files, bytes }]) => html`<tr key=${format}>
                <th scope="row">${formatName(format)}</th>
                <td class="bar-place"><span class="length" style=${{ inlineSize: `${(100 * bytes) / largest}%` }}></span></td>
                <td class="amount">${size(bytes)}</td>
                <td class="amount quiet">${t("n-files", { n: files })}</td>
              </tr>`,
            )}
          </tbody>
        </table>`
    }
  </details>`;
}
