// Workflow executions: one's own, or those of a project or group; one or several of them are exported from here.
import { ExportRuns } from "../export_runs.js";
import { t } from "../language.js";
import { Filter, Pager, Search, SortHeader, useList } from "../lists.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Link, path } from "../router.js";
import { isCompleted, RUN_STATES, RunState } from "../run_state.js";
import { html, useState } from "../view.js";
import { When } from "../when.js";

export default function WorkflowExecutions({ namespace }) {
  const root = namespace ? path`/${namespace.type}s/${namespace.id}/workflow-executions` : "/workflow-executions";
  const source = namespace ? path`/namespaces/${namespace.id}/workflow-executions` : "/workflow-executions";
  const list = useList(source, { sort: "-created_at", filters: ["state"] });
  const [chosen, setChosen] = useState(new Map());
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  const choose = (run, on) => {
    const next = new Map(chosen);
    if (on) next.set(run.id, run);
    else next.delete(run.id);
    setChosen(next);
  };
  return html`
    <${PageHeading} title=${t("workflow-executions")} trail=${namespace && trailOf(namespace)}>
      <${ExportRuns}
        runs=${[...chosen.values()]}
        namespace=${namespace}
        hindrance=${!chosen.size && t("create-export.select-first")}
      />
    <//>
    ${namespace && html`<p class="lead">${t(`runs.of-${namespace.type}`)}</p>`}
    <div class="filters">
      <${Search} list=${list} label=${t("runs.search")} />
      <${Filter} name="state" label=${t("state")} options=${RUN_STATES.map((state) => [state, t(`state.${state}`)])} />
    </div>
    ${!list.items && html`<${Loading} />`}
    ${list.items?.length === 0 && html`<p class="empty">${t(list.isFiltered ? "nothing-found" : "runs.none")}</p>`}
    ${
      chosen.size > 0 &&
      html`<div class="selected" role="status">
      <strong>${t("runs.selected", { n: chosen.size })}</strong>
      <button type="button" class="link" onClick=${() => setChosen(new Map())}>${t("select-none")}</button>
    </div>`
    }
    ${
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t("workflow-executions")} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">${t("select")}</span></th>
            <th scope="col">${t("id")}</th>
            <${SortHeader} list=${list} by="name">${t("name")}<//>
            <th scope="col">${t("workflow")}</th>
            <${SortHeader} list=${list} by="state">${t("state")}<//>
            <th scope="col" class="amount">${t("samples")}</th>
            <${SortHeader} list=${list} by="created_at">${t("created")}<//>
          </tr>
        </thead>
        <tbody>
          ${list.items.map(
            (run) => html`<tr key=${run.id} data-selected=${chosen.has(run.id)}>
              <td>
                <input
                  type="checkbox"
                  aria-label=${t("select-one", { name: run.name ?? run.id })}
                  checked=${chosen.has(run.id)}
                  disabled=${!isCompleted(run)}
                  title=${isCompleted(run) ? undefined : t("runs.not-completed")}
                  onChange=${(event) => choose(run, event.target.checked)}
                />
              </td>
              <td class="code"><${Link} to=${root + path`/${run.id}`} title=${run.id}>${run.id.slice(0, 8)}<//></td>
              <td class="name">
                ${
                  run.name === null
                    ? html`<span class="quiet">–</span>`
                    : html`<${Link} to=${root + path`/${run.id}`}><bdi>${run.name}</bdi><//>`
                }
              </td>
              <td><bdi>${run.workflow.name}</bdi> <span class="quiet"><bdi>${run.workflow.version}</bdi></span></td>
              <td><${RunState} state=${run.state} /></td>
              <td class="amount">${run.sample_count}</td>
              <td class="moment"><${When} at=${run.created_at} /></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
    }
    <${Pager} list=${list} />
  `;
}
