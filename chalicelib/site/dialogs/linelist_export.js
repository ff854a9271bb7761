// Linelist Export: which metadata fields of the selected samples, in which order and format.
import { all } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormButtons, NameAndEmail, Refusal, suggestedName, useExportForm } from "../export_form.js";
import { t } from "../language.js";
import { LinelistPreview } from "../linelist_preview.js";
import { path } from "../router.js";
import { SelectedSamples } from "../selected_samples.js";
import { countOf } from "../selection.js";
import { TwoLists } from "../two_lists.js";
import { html, useEffect, useId, useState } from "../view.js";

const FORMATS = ["csv", "xlsx", "tsv", "json"];
const FIELDS = ["/metadata_fields", "/linelist_format"];

export default function LinelistExport({ namespace, selected, request, columns, onCreated, onClose }) {
  const form = useExportForm({
    suggested: suggestedName(namespace.name, t("n-samples", { n: countOf(selected) })),
    onCreated,
  });
  const id = useId();
  const [fields, setFields] = useState(null);
  const [templates, setTemplates] = useState([]);
  const [template, setTemplate] = useState("");
  const [chosen, setChosen] = useState(columns); // what the list shows is what is exported, unless changed
  const [format, setFormat] = useState("csv");
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    const refused = (error) => error.name !== "AbortError" && setProblem(error);
    all(path`/namespaces/${namespace.id}/metadata-fields`).then(setFields, refused);
    all(path`/namespaces/${namespace.id}/metadata-templates`).then(setTemplates, refused);
  }, []);
  const known = (fields ?? []).map((field) => ({
    key: field.name,
    label: field.name,
    detail: t("n-samples", { n: field.samples }),
  }));
  // A template may name fields that no sample carries: they become empty columns.
  const listed = new Set(known.map((item) => item.key));
  const items = [
    ...known,
    ...chosen.filter((key) => !listed.has(key)).map((key) => ({ key, label: key, detail: t("n-samples", { n: 0 }) })),
  ];
  const choose = (keys) => {
    setChosen(keys);
    setTemplate("");
  };
  const take = (event) => {
    const found = templates.find((one) => one.id === event.target.value);
    setTemplate(event.target.value);
    if (found) setChosen(found.fields);
  };
  const submit = (event) => {
    event.preventDefault();
    const body = { type: "linelist", namespace_id: namespace.id, ...request };
    form.submit({ ...body, metadata_fields: chosen, linelist_format: format });
  };
  return html`<${Dialog} title=${t("type.linelist.long")} onClose=${onClose} wide>
    <form onSubmit=${submit}>
      <${SelectedSamples} namespace=${namespace} selected=${selected} />
      <div class="field">
        <label for=${`${id}-template`}>${t("template")}</label>
        <select id=${`${id}-template`} value=${template} onChange=${take} disabled=${!templates.length}>
          <option value="">${t(templates.length ? "template.none" : "template.no-such")}</option>
          ${templates.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === template}>${one.name}</option>`)}
        </select>
      </div>
      ${
        fields
          ? html`<${TwoLists}
            items=${items}
            chosen=${chosen}
            onChange=${choose}
            labels=${{ available: t("fields.available"), chosen: t("fields.chosen") }}
            error=${form.at("/metadata_fields")}
            ordered
          />`
          : html`<p class="quiet" role="status">${t("loading")}</p>`
      }
      ${!chosen.length && html`<p class="quiet small">${t("fields.needed")}</p>`}
      <${LinelistPreview} namespace=${namespace} selected=${selected} fields=${chosen} />
      <fieldset>
        <legend>${t("linelist.format")}</legend>
        <div class="radios">
          ${FORMATS.map(
            (name) => html`<label key=${name} class="check">
              <input
                type="radio"
                name=${`${id}-format`}
                value=${name}
                checked=${name === format}
                onChange=${() => setFormat(name)}
              />
              <span>${t(`linelist.${name}`)}</span>
            </label>`,
          )}
        </div>
        ${form.at("/linelist_format") && html`<p class="error" role="alert">${form.at("/linelist_format")}</p>`}
      </fieldset>
      <p class="estimate" role="status">
        <strong>${t("linelist.size", { n: countOf(selected), columns: chosen.length + 3 })}</strong>
        <span class="quiet"> ${t("linelist.columns")}</span>
      </p>
      <${NameAndEmail} form=${form} />
      <${Refusal} problem=${form.problem ?? problem} fields=${FIELDS} />
      <${FormButtons} form=${form} onClose=${onClose} disabled=${!chosen.length} />
    </form>
  <//>`;
}
