// A project or a group: what it is, and the ways on from it.
import { query } from "../api.js";
import { Puid } from "../clipboard.js";
import NewNamespace from "../dialogs/new_namespace.js";
import { Facts } from "../facts.js";
import { moment, number, t } from "../language.js";
import { useLoaded } from "../loading.js";
import { PageHeading } from "../page.js";
import { mayExport, mayManage } from "../roles.js";
import { Link, path } from "../router.js";
import { StorageByFormat } from "../storage_by_format.js";
import { html, useState } from "../view.js";

export default function Namespace({ namespace }) {
  const root = path`/${namespace.type}s/${namespace.id}`;
  const { value: samples } = useLoaded(path`/namespaces/${namespace.id}/samples` + query({ limit: 1 }));
  const facts = [
    [t("puid"), html`<${Puid} of=${namespace.puid} />`],
    [t("path"), html`<bdi>${namespace.full_path}</bdi>`],
    namespace.description && [t("description"), html`<bdi>${namespace.description}</bdi>`],
    [t("role"), t(`role.${namespace.role}`)],
    [t("created"), moment(namespace.created_at)],
    [t("samples"), samples ? html`<${Link} to=${`${root}/samples`}>${number(samples.total)}<//>` : "…"],
  ];
  const [created, setCreated] = useState(null);
  const isGroup = namespace.type === "group";
  return html`
    <${PageHeading} title=${namespace.name} trail=${[{ to: `/${namespace.type}s`, label: t(`${namespace.type}s`) }]}>
      ${
        isGroup &&
        mayManage(namespace.role) &&
        html`<p class="actions">
          <button type="button" class="primary" onClick=${() => setCreated("project")}>${t("new.project")}</button>
          <button type="button" onClick=${() => setCreated("group")}>${t("new.subgroup")}</button>
        </p>`
      }
    <//>
    ${created && html`<${NewNamespace} type=${created} parent=${namespace} onClose=${() => setCreated(null)} />`}
    <${Facts} rows=${facts} />
    ${mayExport(namespace.role) && samples?.total > 0 && html`<${StorageByFormat} namespace=${namespace} />`}
    ${isGroup && html`<${Inner} of=${namespace} type="group" /><${Inner} of=${namespace} type="project" />`}
  `;
}

/** The groups, or the projects, that stand in a group and that the person can see. */
function Inner({ of, type }) {
  const { value } = useLoaded(`/${type}s${query({ limit: 1000 })}`);
  const inner = value?.items.filter((one) => one.parent_id === of.id) ?? [];
  if (!inner.length) return null;
  return html`<section>
    <h2>${t(`${type}s`)}</h2>
    <ul>
      ${inner.map(
        (one) => html`<li key=${one.id}><${Link} to=${path`/${type}s/${one.id}`}><bdi>${one.name}</bdi><//></li>`,
      )}
    </ul>
  </section>`;
}
