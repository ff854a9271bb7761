// The members of a project or group: added by their address, with a role and an end.
import { say } from "../announcements.js";
import { call, get, query, remove } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormFooter, FormRefusal, SelectField, TextField, useForm } from "../form.js";
import { day, t } from "../language.js";
import { Pager, useList } from "../lists.js";
import { GroupLinks } from "../members/group_links.js";
import { endOf, roleOptions } from "../members/role_options.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { path } from "../router.js";
import { me } from "../session.js";
import { html, useState } from "../view.js";

const nameOf = (one) => `${one.first_name ?? ""} ${one.last_name ?? ""}`.trim() || one.email || one.user_id;

export default function Members({ namespace }) {
  const list = useList(path`/namespaces/${namespace.id}/members`, { sort: "-role" });
  const [opened, setOpened] = useState(null);
  const user = me.use();
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  return html`
    <${PageHeading} title=${t("members")} trail=${trailOf(namespace)}>
      <button type="button" class="primary" onClick=${() => setOpened({ kind: "add" })}>${t("members.add")}</button>
    <//>
    <p class="quiet">${t("members.lead")}</p>
    ${!list.items && html`<${Loading} />`}
    ${
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t("members")} tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">${t("name")}</th>
              <th scope="col">${t("email-address")}</th>
              <th scope="col">${t("members.role")}</th>
              <th scope="col">${t("members.until")}</th>
              <th scope="col">${t("actions")}</th>
            </tr>
          </thead>
          <tbody>
            ${list.items.map(
              (one) => html`<tr key=${one.user_id}>
                <td class="name"><bdi>${nameOf(one)}</bdi></td>
                <td><bdi>${one.email ?? ""}</bdi></td>
                <td>${t(`role.${one.role}`)}</td>
                <td class="moment">${one.expires_at ? day(one.expires_at) : t("members.no-end")}</td>
                <td class="row-actions">
                  ${
                    one.user_id !== user?.id &&
                    html`<button type="button" class="link" aria-label=${t("members.change.named", { name: nameOf(one) })} onClick=${() => setOpened({ kind: "change", one })}>
                        ${t("change")}
                      </button>
                      <button type="button" class="link" aria-label=${t("members.remove.named", { name: nameOf(one) })} onClick=${() => setOpened({ kind: "remove", one })}>
                        ${t("remove")}
                      </button>`
                  }
                </td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
    <${Pager} list=${list} />
    ${
      (opened?.kind === "add" || opened?.kind === "change") &&
      html`<${Grant} namespace=${namespace} member=${opened.one} onClose=${() => setOpened(null)} onDone=${list.reload} />`
    }
    ${
      opened?.kind === "remove" &&
      html`<${Remove} namespace=${namespace} member=${opened.one} onClose=${() => setOpened(null)} onDone=${list.reload} />`
    }
    <${GroupLinks} namespace=${namespace} />
  `;
}

/** Somebody is added, or has another role from now on. */
function Grant({ namespace, member, onClose, onDone }) {
  const first = {
    email: member?.email ?? "",
    role: member?.role ?? "analyst",
    until: member?.expires_at?.slice(0, 10) ?? "",
  };
  const form = useForm(first, async ({ email, role, until }) => {
    let id = member?.user_id;
    if (!id) {
      const { items } = await get(`/users${query({ email: email.trim() })}`);
      if (!items.length) throw new Error(t("members.unknown"));
      id = items[0].id;
    }
    await call("PUT", path`/namespaces/${namespace.id}/members/${id}`, { body: { role, ...endOf(until) } });
    say(t("members.saved"));
    onClose();
    onDone();
  });
  return html`<${Dialog} title=${t(member ? "members.change" : "members.add")} onClose=${onClose}>
    <form onSubmit=${form.submit}>
      ${
        member
          ? html`<p><strong><bdi>${nameOf(member)}</bdi></strong></p>`
          : html`<${TextField} form=${form} name="email" label=${t("email-address")} type="email" required autofocus hint=${t("members.hint")} />`
      }
      <${SelectField} form=${form} name="role" label=${t("members.role")} options=${roleOptions(namespace.role)} />
      <${TextField} form=${form} name="until" label=${t("members.until.optional")} type="date" pointer="/expires_at" />
      <${FormRefusal} form=${form} pointers=${["/role", "/expires_at"]} />
      <${FormFooter} form=${form} label=${t(member ? "save" : "lists.add")} onClose=${onClose} />
    </form>
  <//>`;
}

function Remove({ namespace, member, onClose, onDone }) {
  const form = useForm({}, async () => {
    await remove(path`/namespaces/${namespace.id}/members/${member.user_id}`);
    onClose();
    onDone();
  });
  return html`<${Dialog} title=${t("members.remove")} onClose=${onClose}>
    <form onSubmit=${form.submit}>
      <p>${t("members.remove.text")} <strong><bdi>${nameOf(member)}</bdi></strong></p>
      <${FormRefusal} form=${form} />
      <${FormFooter} form=${form} label=${t("remove")} onClose=${onClose} />
    </form>
  <//>`;
}
