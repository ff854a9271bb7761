// Analysis Export: all files of the chosen workflow executions.
import { post } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormButtons, NameAndEmail, PackagingChoice, Refusal, suggestedName, useExportForm } from "../export_form.js";
import { size, t } from "../language.js";
import { html, useEffect, useState } from "../view.js";

/** `namespace` is the project or group from which they are exported; without it they are one's own. */
export default function AnalysisExport({ namespace, runs, onClose }) {
  const form = useExportForm({
    suggested: suggestedName(namespace?.name, runs.length === 1 ? runs[0].name : t("n-runs", { n: runs.length })),
  });
  const [estimate, setEstimate] = useState(null);
  const [problem, setProblem] = useState(null);
  const [keepsFolders, setKeepsFolders] = useState(false);
  const body = {
    type: "analysis",
    workflow_execution_ids: runs.map((run) => run.id),
    ...(namespace ? { analysis_type: namespace.type, namespace_id: namespace.id } : { analysis_type: "user" }),
  };
  useEffect(() => {
    post("/exports/estimate", body).then(
      setEstimate,
      (refused) => refused.name !== "AbortError" && setProblem(refused),
    );
  }, []);
  const submit = (event) => {
    event.preventDefault();
    form.submit(keepsFolders ? { ...body, layout: "tree" } : body);
  };
  return html`<${Dialog} title=${t("type.analysis.long")} onClose=${onClose}>
    <form onSubmit=${submit}>
      <details class="chosen-samples">
        <summary>${t("runs.selected", { n: runs.length })}</summary>
        <ul tabindex="0" aria-label=${t("workflow-executions")}>
          ${runs.map(
            (run) =>
              html`<li key=${run.id}><bdi>${run.name ?? ""}</bdi> <span class="code quiet">${run.id}</span></li>`,
          )}
        </ul>
      </details>
      ${
        estimate
          ? html`<p class="estimate" role="status">
            <strong>${t("n-files", { n: estimate.files })} · ${size(estimate.bytes)}</strong>
            ${estimate.exceeds.map((limit) => html`<span key=${limit} class="error"> ${t(`limit.${limit}`)}</span>`)}
          </p>`
          : !problem && html`<p class="estimate quiet" role="status">${t("estimate.counting")}</p>`
      }
      <${NameAndEmail} form=${form} />
      <label class="check">
        <input type="checkbox" checked=${keepsFolders} onChange=${(event) => setKeepsFolders(event.target.checked)} />
        <span>${t("layout.tree")} <span class="quiet small">${t("layout.tree.hint")}</span></span>
      </label>
      <${PackagingChoice} form=${form} />
      <${Refusal} problem=${form.problem ?? problem} />
      <${FormButtons} form=${form} onClose=${onClose} />
    </form>
  <//>`;
}
