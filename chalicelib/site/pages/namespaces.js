// The projects, or the groups, that the person is a member of.
import NewNamespace from "../dialogs/new_namespace.js";
import { t } from "../language.js";
import { Pager, Search, SortHeader, useList } from "../lists.js";
import { Loading, PageHeading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Link, path } from "../router.js";
import { html, useState } from "../view.js";
import { When } from "../when.js";

const INDENT = 1.25; // rem for each level

/** How many of the listed groups contain a group. Sorted by path, such a list is a tree. */
function depthOf(group, groups) {
  return groups.filter((other) => group.full_path.startsWith(`${other.full_path}/`)).length;
}

export default function Namespaces({ type }) {
  const list = useList(`/${type}s`, { sort: type === "group" ? "path" : "name" });
  const isTree = type === "group" && list.sort === "path" && !list.isFiltered;
  const indent = (one) =>
    isTree ? { paddingInlineStart: `${0.75 + INDENT * depthOf(one, list.items)}rem` } : undefined;
  const [isNew, setNew] = useState(false);
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  return html`
    <${PageHeading} title=${t(`${type}s`)}>
      <button type="button" onClick=${() => setNew(true)}>${t(`new.${type}`)}</button>
    <//>
    ${isNew && html`<${NewNamespace} type=${type} onClose=${() => setNew(false)} />`}
    <div class="filters"><${Search} list=${list} label=${t(`${type}s.search`)} /></div>
    ${!list.items && html`<${Loading} />`}
    ${list.items?.length === 0 && html`<p class="empty">${t(list.isFiltered ? "nothing-found" : `${type}s.none`)}${!list.isFiltered && html` ${t(`${type}s.none.next`)}`}</p>`}
    ${
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t(`${type}s`)} tabindex="0">
      <table>
        <thead>
          <tr>
            <${SortHeader} list=${list} by="name">${t("name")}<//>
            <${SortHeader} list=${list} by="path">${t("path")}<//>
            <${SortHeader} list=${list} by="puid">${t("puid")}<//>
            <th scope="col">${t("role")}</th>
            <${SortHeader} list=${list} by="created_at">${t("created")}<//>
          </tr>
        </thead>
        <tbody>
          ${list.items.map(
            (one) => html`<tr key=${one.id}>
              <td class="name" style=${indent(one)}><${Link} to=${path`/${type}s/${one.id}/samples`}><bdi>${one.name}</bdi><//></td>
              <td class="quiet"><bdi>${one.full_path}</bdi></td>
              <td class="code">${one.puid}</td>
              <td>${t(`role.${one.role}`)}</td>
              <td class="moment"><${When} at=${one.created_at} /></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
    }
    <${Pager} list=${list} />
  `;
}
