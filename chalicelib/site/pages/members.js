// The members of a project or group: added by their address, with a role and an end.
import { say } from "../announcements.js";
import { call, get, post, query, remove } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormFooter, FormRefusal, SelectField, TextField, useForm } from "../form.js";
import { t } from "../language.js";
import { Pager, useList } from "../lists.js";
import { useAll } from "../loading.js";
import { GroupLinks } from "../members/group_links.js";
import { Invitations } from "../members/invitations.js";
import { endOf, roleOptions } from "../members/role_options.js";
import { RoleTable } from "../members/role_table.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Question } from "../question.js";
import { path } from "../router.js";
import { me } from "../session.js";
import { html, useState } from "../view.js";

const nameOf = (one) => `${one.first_name ?? ""} ${one.last_name ?? ""}`.trim() || one.email || one.user_id;

export default function Members({ namespace }) {
  const list = useList(path`/namespaces/${namespace.id}/members`, { sort: "-role" });
  const [opened, setOpened] = useState(null);
  const user = me.use();
  const invitations = useAll(path`/namespaces/${namespace.id}/invitations`);
  const actionsOn = (one) => [
    {
      verb: t("change"),
      label: t("members.change.named", { name: nameOf(one) }),
      act: () => setOpened({ kind: "change", one }),
    },
    {
      verb: t("remove"),
      label: t("members.remove.named", { name: nameOf(one) }),
      act: () => setOpened({ kind: "remove", one }),
    },
  ];
  const reload = () => {
    list.reload();
    invitations.reload();
  };
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  return html`
    <${PageHeading} title=${t("members")} trail=${trailOf(namespace)}>
      <button type="button" class="primary" onClick=${() => setOpened({ kind: "add" })}>${t("members.add")}</button>
    <//>
    <p class="quiet">${t("members.lead")}</p>
    ${!list.items && html`<${Loading} />`}
    ${
      list.items?.length > 0 &&
      html`<${RoleTable}
        label=${t("members")}
        headings=${[t("name"), t("email-address")]}
        role=${t("members.role")}
        rows=${list.items.map((one) => ({
          key: one.user_id,
          cells: [nameOf(one), one.email ?? ""],
          role: one.role,
          until: one.expires_at,
          actions: one.user_id === user?.id ? [] : actionsOn(one),
        }))}
      />`
    }
    <${Pager} list=${list} />
    ${
      (opened?.kind === "add" || opened?.kind === "change") &&
      html`<${Grant} namespace=${namespace} member=${opened.one} onClose=${() => setOpened(null)} onDone=${reload} />`
    }
    ${
      opened?.kind === "remove" &&
      html`<${Question}
        title=${t("members.remove")}
        verb=${t("remove")}
        act=${() => remove(path`/namespaces/${namespace.id}/members/${opened.one.user_id}`)}
        onDone=${list.reload}
        onClose=${() => setOpened(null)}
      >
        <p>${t("members.remove.text")} <strong><bdi>${nameOf(opened.one)}</bdi></strong></p>
      <//>`
    }
    <${Invitations} namespace=${namespace} invitations=${invitations} />
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
    const grant = { role, ...endOf(until) };
    const id = member?.user_id ?? (await get(`/users${query({ email: email.trim() })}`)).items[0]?.id;
    if (id) {
      await call("PUT", path`/namespaces/${namespace.id}/members/${id}`, { body: grant });
      say(t("members.saved"));
    } else {
      await post(path`/namespaces/${namespace.id}/invitations`, { email: email.trim(), ...grant });
      say(t("invitations.made", { address: email.trim() }));
    }
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
      <${FormRefusal} form=${form} pointers=${["/email", "/role", "/expires_at"]} />
      <${FormFooter} form=${form} label=${t(member ? "save" : "lists.add")} onClose=${onClose} />
    </form>
  <//>`;
}
