// One workflow execution: its state and samples, and what it put out.
import { query } from "../api.js";
import { Puid } from "../clipboard.js";
import { ExportRuns } from "../export_runs.js";
import { Facts } from "../facts.js";
import { formatName, moment, number, size, t } from "../language.js";
import { useLoaded } from "../loading.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Link, path } from "../router.js";
import { isCompleted, RunState } from "../run_state.js";
import { me } from "../session.js";
import { html, useState } from "../view.js";

const SOON = 5_000;
const OVER = ["completed", "error", "canceled"];

export default function WorkflowExecution({ id, namespace }) {
  const [cursor, setCursor] = useState(undefined);
  const source = path`/workflow-executions/${id}` + query({ cursor });
  const { value: run, error, reload } = useLoaded(source, { again: (one) => one && !OVER.includes(one.state) && SOON });
  const home = useLoaded(run ? path`/namespaces/${run.namespace_id}` : null).value;
  const user = me.use();
  if (error && (!run || error.status === 404)) return html`<${ProblemPage} error=${error} retry=${reload} />`;
  if (!run) return html`<${Loading} />`;
  // Reached from one's own runs it is exported as one's own; else as one of the project or group that shows it.
  const mine = user && run.submitter_id === user.id;
  const from = namespace ?? (mine ? undefined : home);
  return html`
    <${PageHeading}
      title=${run.name ?? run.id}
      trail=${
        namespace
          ? trailOf(namespace, {
              to: path`/${namespace.type}s/${namespace.id}/workflow-executions`,
              label: t("workflow-executions"),
            })
          : [{ to: "/workflow-executions", label: t("workflow-executions") }]
      }
    >
      <${ExportRuns} runs=${[run]} namespace=${from} hindrance=${!isCompleted(run) && t("runs.not-completed")} />
    <//>
    <${Facts}
      rows=${[
        [t("id"), html`<${Puid} of=${run.id} />`],
        [
          t("workflow"),
          html`<bdi>${run.workflow.name}</bdi> <span class="quiet"><bdi>${run.workflow.version}</bdi></span>`,
        ],
        [t("state"), html`<${RunState} state=${run.state} />`],
        home && [t(home.type), html`<${Link} to=${path`/${home.type}s/${home.id}`}><bdi>${home.name}</bdi><//>`],
        [t("runs.automated"), t(run.automated ? "yes" : "no")],
        [t("runs.shared"), t(run.shared_with_namespace ? "yes" : "no")],
        [t("created"), moment(run.created_at)],
        [t("updated"), moment(run.updated_at)],
        [t("samples"), number(run.sample_count)],
      ]}
    />
    ${run.results && html`<${Results} of=${run.results} />`}
    <${Pipeline} of=${run} />
    <section>
      <h2>${t("outputs.own")}</h2>
      <${Outputs} of=${run} label=${t("outputs.own")} />
    </section>
    ${run.samples.map(
      (sample) => html`<section key=${sample.sample_id}>
        <h2><${Sample} sample=${sample} /></h2>
        <${Outputs} of=${sample} label=${sample.puid} />
      </section>`,
    )}
    <p class="actions">
      ${cursor && html`<button type="button" onClick=${() => setCursor(undefined)}>${t("first-page")}</button>`}
      ${run.next_cursor && html`<button type="button" onClick=${() => setCursor(run.next_cursor)}>${t("next")}</button>`}
    </p>
  `;
}

/** What was read of the file by which the pipeline says what its results are. */
function Results({ of }) {
  const file = of.has_file ? of.key.split("/").at(-1) : of.key;
  if (of.failure)
    return html`<div class="failure" role="alert">
      <p>${t(of.has_file ? "results.failure" : "results.folder-failure", { file })} <bdi>${of.failure}</bdi></p>
    </div>`;
  const ofSamples = (rows) => rows.map(({ sample, field }) => `${sample}: ${field}`);
  const lists = [
    ["missing", of.missing, of.missing_count],
    ["unknown", of.unknown_samples, of.unknown_samples.length],
    ["kept", ofSamples(of.kept), of.kept.length],
    ["invalid", ofSamples(of.invalid), of.invalid.length],
  ];
  return html`<section>
    <h2>${t("results")}</h2>
    <p>
      <strong>${t("n-files", { n: of.outputs })} · ${t("results.samples", { n: of.samples_with_metadata })}</strong>
      ${" "}<span class="quiet">(${t("results.read", { file, date: moment(of.read_at) })})</span>
    </p>
    ${lists
      .filter(([, rows]) => rows.length)
      .map(
        ([name, rows, n]) => html`<details key=${name}>
          <summary>${t(`results.${name}`, { n })}</summary>
          <ul>${rows.map((row) => html`<li key=${row}><bdi>${row}</bdi></li>`)}</ul>
        </details>`,
      )}
  </section>`;
}

/** How the pipeline ran: its samplesheet, its parameters, and the versions of its software. */
function Pipeline({ of }) {
  const parameters = Object.entries(of.parameters ?? {});
  const versions = of.software_versions ?? [];
  const columns = [...new Set(of.samples.flatMap((sample) => Object.keys(sample.samplesheet)))];
  if (!parameters.length && !versions.length && !columns.length) return null;
  return html`<section>
    <h2>${t("pipeline")}</h2>
    ${
      columns.length > 0 &&
      html`<${Folded} title=${t("pipeline.samplesheet", { n: of.samples.length })} heads=${[t("sample"), ...columns]}>
        ${of.samples.map(
          (sample) => html`<tr key=${sample.sample_id}>
            <td class="name"><bdi>${sample.name ?? sample.puid}</bdi></td>
            ${columns.map((column) => html`<td key=${column}><bdi>${sample.samplesheet[column] ?? ""}</bdi></td>`)}
          </tr>`,
        )}
      <//>`
    }
    ${
      parameters.length > 0 &&
      html`<${Folded} title=${t("pipeline.parameters", { n: parameters.length })} heads=${[t("name"), t("pipeline.value")]}>
        ${parameters.map(
          ([name, value]) => html`<tr key=${name}>
            <td class="name"><bdi>${name}</bdi></td>
            <td><bdi>${value === null ? "" : String(value)}</bdi></td>
          </tr>`,
        )}
      <//>`
    }
    ${
      versions.length > 0 &&
      html`<${Folded}
        title=${t("pipeline.versions", { n: versions.length })}
        heads=${[t("pipeline.step"), t("pipeline.software"), t("pipeline.version")]}
      >
        ${versions.map(
          ({ step, software, version }, i) => html`<tr key=${i}>
            <td class="name"><bdi>${step}</bdi></td>
            <td><bdi>${software}</bdi></td>
            <td><bdi>${version}</bdi></td>
          </tr>`,
        )}
      <//>`
    }
  </section>`;
}

const Folded = ({ title, heads, children }) => html`<details>
  <summary>${title}</summary>
  <div class="table-place" role="region" aria-label=${title} tabindex="0">
    <table>
      <thead>
        <tr>${heads.map((head) => html`<th key=${head} scope="col">${head}</th>`)}</tr>
      </thead>
      <tbody>${children}</tbody>
    </table>
  </div>
</details>`;

function Sample({ sample }) {
  if (sample.deleted)
    return html`${t("sample.deleted")} <bdi>${sample.name ?? ""}</bdi> <span class="code">${sample.puid}</span>`;
  return html`<${Link} to=${path`/samples/${sample.sample_id}`}><bdi>${sample.name}</bdi><//> <span class="code quiet">${sample.puid}</span>`;
}

function Outputs({ of, label }) {
  if (!of.outputs.length) return html`<p class="quiet">${t("outputs.none")}</p>`;
  return html`<div class="table-place" role="region" aria-label=${label} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${t("name")}</th>
            <th scope="col">${t("format")}</th>
            <th scope="col" class="amount">${t("size")}</th>
            <th scope="col">${t("created")}</th>
          </tr>
        </thead>
        <tbody>
          ${of.outputs.map(
            (output) => html`<tr key=${output.id}>
              <td class="name">
                ${output.folder && html`<bdi class="quiet">${output.folder}/</bdi>`}<bdi>${output.filename}</bdi>
              </td>
              <td>${formatName(output.format)}</td>
              <td class="amount">${size(output.size)}</td>
              <td class="moment">${moment(output.created_at)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      of.output_count > of.outputs.length &&
      html`<p class="quiet small">${t("shown", { from: 1, to: of.outputs.length, total: of.output_count })}</p>`
    }`;
}
