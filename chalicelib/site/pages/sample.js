// One sample: what is known of it, and its files.
import { query } from "../api.js";
import { Facts } from "../facts.js";
import { kindOfFile, moment, size, t } from "../language.js";
import { useLoaded } from "../loading.js";
import { Loading, PageHeading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Link, path } from "../router.js";
import { html } from "../view.js";

export default function Sample({ id }) {
  const { value: sample, error, reload } = useLoaded(path`/samples/${id}`);
  if (error) return html`<${ProblemPage} error=${error} retry=${reload} />`;
  if (!sample) return html`<${Loading} />`;
  const metadata = Object.entries(sample.metadata);
  const facts = [
    [t("puid"), html`<span class="code">${sample.puid}</span>`],
    [t("project"), html`<${Project} id=${sample.project_id} />`],
    sample.description && [t("description"), html`<bdi>${sample.description}</bdi>`],
    [t("created"), moment(sample.created_at)],
    [t("updated"), moment(sample.updated_at)],
  ];
  return html`
    <${PageHeading} title=${sample.name} />
    <${Facts} rows=${facts} />
    <section>
      <h2>${t("files")}</h2>
      <${Files} sample=${sample} />
    </section>
    <section>
      <h2>${t("metadata")}</h2>
      ${
        metadata.length
          ? html`<${Facts} rows=${metadata.map(([name, value]) => [html`<bdi>${name}</bdi>`, html`<bdi>${String(value)}</bdi>`])} />`
          : html`<p class="quiet">${t("metadata.none")}</p>`
      }
    </section>
  `;
}

function Project({ id }) {
  const { value } = useLoaded(path`/namespaces/${id}`);
  return value
    ? html`<${Link} to=${path`/projects/${id}/samples`}><bdi>${value.name}</bdi><//>`
    : html`<span class="code">${id}</span>`;
}

function Files({ sample }) {
  const { value, error } = useLoaded(path`/samples/${sample.id}/files` + query({ limit: 1000 }));
  if (error) return html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`;
  if (!value) return html`<${Loading} />`;
  if (!value.items.length) return html`<p class="quiet">${t("files.none")}</p>`;
  return html`<div class="table-place" role="region" aria-label=${t("files")} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${t("name")}</th>
            <th scope="col">${t("puid")}</th>
            <th scope="col">${t("format")}</th>
            <th scope="col" class="amount">${t("size")}</th>
            <th scope="col">${t("created")}</th>
          </tr>
        </thead>
        <tbody>
          ${value.items.map(
            (file) => html`<tr key=${file.id}>
              <td class="name"><bdi>${file.filename}</bdi></td>
              <td class="code">${file.puid}</td>
              <td>${kindOfFile(file)}</td>
              <td class="amount">${size(file.size)}</td>
              <td class="moment">${moment(file.created_at)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${value.next_cursor && html`<p class="quiet small">${t("shown", { from: 1, to: value.items.length, total: value.total })}</p>`}`;
}
