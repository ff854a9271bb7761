// A table of those who have a role here: people, invited addresses, groups.
import { day, t } from "../language.js";
import { html } from "../view.js";

/** `rows` are `{key, cells, role, until, actions}`: the cells below `headings`, the end of the role (null: none), and
 * what can be done: `{verb, label, act}`. */
export function RoleTable({ label, headings, role, rows }) {
  return html`<div class="table-place" role="region" aria-label=${label} tabindex="0">
    <table>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th key=${heading} scope="col">${heading}</th>`)}
          <th scope="col">${role}</th>
          <th scope="col">${t("members.until")}</th>
          <th scope="col">${t("actions")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr key=${row.key}>
            ${row.cells.map((cell, place) => html`<td key=${headings[place]} class=${place ? undefined : "name"}><bdi>${cell}</bdi></td>`)}
            <td>${t(`role.${row.role}`)}</td>
            <td class="moment">${row.until ? day(row.until) : t("members.no-end")}</td>
            <td class="row-actions">
              ${row.actions.map(
                (
                  action,
                ) => html`<button key=${action.verb} type="button" class="link" aria-label=${action.label} onClick=${action.act}>
                  ${action.verb}
                </button>`,
              )}
            </td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
