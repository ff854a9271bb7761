// The formats of an export's files, with how many files of the selected samples each has.
import { size, t } from "./language.js";
import { html, useId } from "./view.js";

/** The formats that the API knows, in the order in which they are shown. */
export const FORMATS = ["fasta", "fastq", "text", "csv", "tsv", "spreadsheet", "json", "genbank", "image", "unknown"]; // prettier-ignore

/** `counts` are files and bytes by format, null until they are known; `error` is what is wrong with the choice. */
export function FormatChoice({ formats, chosen, counts, onChange, error }) {
  const id = useId();
  const present = formats.filter((format) => counts?.[format]?.files);
  const isAll = present.every((format) => chosen.includes(format));
  const toggle = (format, isChosen) =>
    onChange(formats.filter((one) => (one === format ? isChosen : chosen.includes(one))));
  return html`<fieldset aria-describedby=${error ? `${id}-error` : undefined}>
    <legend>${t("formats")}</legend>
    <div class="choices formats">
      ${formats.map((format) => {
        const { files = 0, bytes = 0 } = counts?.[format] ?? {};
        return html`<label key=${format} class="check">
          <input
            type="checkbox"
            checked=${chosen.includes(format)}
            onChange=${(event) => toggle(format, event.target.checked)}
          />
          <span>
            ${t(`format.${format}`)}
            ${counts && html` <span class="quiet small">${files ? `${t("n-files", { n: files })} · ${size(bytes)}` : t("no-files")}</span>`}
          </span>
        </label>`;
      })}
    </div>
    ${
      present.length > 1 &&
      html`<p class="actions">
        <button type="button" class="link small" disabled=${isAll} onClick=${() => onChange(present)}>
          ${t("formats.all", { n: present.length })}
        </button>
        <button type="button" class="link small" disabled=${!chosen.length} onClick=${() => onChange([])}>
          ${t("select-none")}
        </button>
      </p>`
    }
    ${error && html`<p id=${`${id}-error`} class="error" role="alert">${error}</p>`}
  </fieldset>`;
}
