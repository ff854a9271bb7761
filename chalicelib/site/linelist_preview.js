// The first rows of a linelist, before it is created.
import { t } from "./language.js";
import { useLoaded } from "./loading.js";
import { querySamples } from "./samples/list.js";
import { html, useEffect, useState } from "./view.js";

const ROWS = 5;
const PAUSE = 400; // ms after the last change of the columns

/** Some of the selected samples, as the rows of a linelist with these fields. */
export function LinelistPreview({ namespace, selected, fields }) {
  const [shown, setShown] = useState(fields);
  useEffect(() => {
    const timer = setTimeout(() => setShown(fields), PAUSE);
    return () => clearTimeout(timer);
  }, [fields]);
  const { value } = useLoaded(shown.length ? JSON.stringify(shown) : null, {
    load: (text, signal) => querySamples(namespace.id, bodyOf(selected, JSON.parse(text)), signal),
  });
  if (!shown.length || !value) return null;
  const rows = value.items.filter((sample) => !selected.excluded?.has(sample.id)).slice(0, ROWS);
  const projects = new Map(value.projects.map((project) => [project.id, project.puid]));
  return html`<section>
    <h3>${t("linelist.preview")}</h3>
    <div class="table-place tried" role="region" aria-label=${t("linelist.preview")} tabindex="0">
      <table class="small">
        <thead>
          <tr>
            ${["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", ...shown.map((field) => field.toUpperCase())].map(
              (name) => html`<th key=${name} scope="col"><bdi>${name}</bdi></th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (sample) => html`<tr key=${sample.id}>
              <td class="code">${sample.puid}</td>
              <td><bdi>${sample.name}</bdi></td>
              <td class="code">${projects.get(sample.project_id)}</td>
              ${shown.map((field) => html`<td key=${field} class="value"><bdi>${sample.metadata[field] ?? ""}</bdi></td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** The query for some of the selected samples. */
function bodyOf(selected, fields) {
  if (selected.all) {
    const { q, filters, excluded } = selected;
    return { ...(q ? { q } : {}), filters, sort: "puid", limit: Math.min(100, ROWS + excluded.size), fields };
  }
  const values = [...selected.samples.values()].slice(0, ROWS).map((sample) => sample.puid);
  return { filters: [{ column: "puid", operator: "is", values }], sort: "puid", limit: ROWS, fields };
}
