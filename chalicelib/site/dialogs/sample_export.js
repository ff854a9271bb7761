// Sample Export: which formats of the selected samples' files.
import { post } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormButtons, NameAndEmail, PackagingChoice, Refusal, suggestedName, useExportForm } from "../export_form.js";
import { FORMATS, FormatChoice } from "../format_choice.js";
import { number, size, t } from "../language.js";
import { SelectedSamples } from "../selected_samples.js";
import { countOf } from "../selection.js";
import { html, useEffect, useState } from "../view.js";

export default function SampleExport({ namespace, selected, request, onCreated, onClose }) {
  const form = useExportForm({
    suggested: suggestedName(namespace.name, t("n-samples", { n: countOf(selected) })),
    onCreated,
  });
  const [chosen, setChosen] = useState(FORMATS);
  const [estimate, setEstimate] = useState(null);
  const [problem, setProblem] = useState(null);
  const body = { type: "sample", namespace_id: namespace.id, ...request };
  useEffect(() => {
    post("/exports/estimate", { ...body, file_formats: FORMATS }).then(
      (estimate) => {
        setEstimate(estimate);
        setChosen(FORMATS.filter((format) => estimate.by_format[format]?.files));
      },
      (refused) => refused.name !== "AbortError" && setProblem(refused),
    );
  }, []);
  const submit = (event) => {
    event.preventDefault();
    form.submit({ ...body, file_formats: FORMATS.filter((format) => chosen.includes(format)) });
  };
  return html`<${Dialog} title=${t("type.sample.long")} onClose=${onClose} wide>
    <form onSubmit=${submit}>
      <${SelectedSamples} namespace=${namespace} selected=${selected} />
      <${FormatChoice}
        formats=${FORMATS}
        chosen=${chosen}
        counts=${estimate?.by_format}
        onChange=${setChosen}
        error=${form.at("/file_formats") ?? (chosen.length ? undefined : t("formats.needed"))}
      />
      <${Estimate} estimate=${estimate} chosen=${chosen} />
      <${NameAndEmail} form=${form} />
      <${PackagingChoice} form=${form} />
      <${Refusal} problem=${form.problem ?? problem} fields=${["/file_formats"]} />
      <${FormButtons} form=${form} onClose=${onClose} disabled=${!chosen.length} />
    </form>
  <//>`;
}

/** What the export will hold, what of the samples it will not, and whether it keeps the limits. */
function Estimate({ estimate, chosen }) {
  if (!estimate) return html`<p class="estimate quiet" role="status">${t("estimate.counting")}</p>`;
  const sum = (formats, what) =>
    formats.reduce((total, format) => total + (estimate.by_format[format]?.[what] ?? 0), 0);
  const others = FORMATS.filter((format) => !chosen.includes(format));
  const [files, bytes, left] = [sum(chosen, "files"), sum(chosen, "bytes"), sum(others, "files")];
  const over = Object.entries({ samples: estimate.samples, files, bytes }).filter(
    ([name, value]) => value > estimate.limits[name],
  );
  const shown = (name, value) => (name === "bytes" ? size(value) : number(value));
  return html`<div class="estimate" role="status">
    <p>
      <strong>${t("n-files", { n: files })} · ${size(bytes)}</strong>
      ${!estimate.exact && html` <span class="quiet">${t("estimate.about")}</span>`}
      ${" "}${t("estimate.of", { n: estimate.samples })}
    </p>
    ${left > 0 && html`<p class="quiet">${t("estimate.left", { n: left, size: size(sum(others, "bytes")) })}</p>`}
    ${files === 0 && html`<p class="error">${t("estimate.nothing")}</p>`}
    ${over.map(
      ([name, value]) => html`<p key=${name} class="error">
        ${t(`estimate.over.${name}`, { value: shown(name, value), most: shown(name, estimate.limits[name]) })}
      </p>`,
    )}
    ${
      !over.length &&
      html`<p class="quiet small">
      ${t("estimate.limits", {
        samples: estimate.limits.samples,
        files: estimate.limits.files,
        size: size(estimate.limits.bytes),
      })}
    </p>`
    }
  </div>`;
}
