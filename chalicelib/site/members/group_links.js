// The groups that a project or group is shared with: their members get their role here, at most the one given.
import { say } from "../announcements.js";
import { call, remove } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormFooter, FormRefusal, SelectField, TextField, useForm } from "../form.js";
import { t } from "../language.js";
import { useAll } from "../loading.js";
import { Question } from "../question.js";
import { mayShare } from "../roles.js";
import { path } from "../router.js";
import { html, useState } from "../view.js";
import { endOf, roleOptions } from "./role_options.js";
import { RoleTable } from "./role_table.js";

export function GroupLinks({ namespace }) {
  const source = path`/namespaces/${namespace.id}/links`;
  const { value, error, reload } = useAll(source);
  const [sharing, setSharing] = useState(false);
  const [ending, setEnding] = useState(null);
  const isOwner = mayShare(namespace.role);
  return html`<section>
    <div class="page-heading">
      <h2>${t("links")}</h2>
      ${isOwner && html`<button type="button" onClick=${() => setSharing(true)}>${t("links.add")}</button>`}
    </div>
    <p class="quiet">${t("links.lead")}</p>
    ${error && html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`}
    ${value?.length === 0 && html`<p class="quiet">${t("links.none")}</p>`}
    ${
      value?.length > 0 &&
      html`<${RoleTable}
        label=${t("links")}
        headings=${[t("group")]}
        role=${t("links.role")}
        rows=${value.map((link) => ({
          key: link.group_id,
          cells: [link.group_name],
          role: link.role,
          until: link.expires_at,
          actions: isOwner
            ? [
                {
                  verb: t("remove"),
                  label: t("members.remove.named", { name: link.group_name }),
                  act: () => setEnding(link),
                },
              ]
            : [],
        }))}
      />`
    }
    ${sharing && html`<${Share} namespace=${namespace} onClose=${() => setSharing(false)} onDone=${reload} />`}
    ${
      ending &&
      html`<${Question}
        title=${t("links.remove")}
        verb=${t("remove")}
        act=${() => remove(path`/namespaces/${namespace.id}/links/${ending.group_id}`)}
        onDone=${reload}
        onClose=${() => setEnding(null)}
      >
        <p>${t("links.remove.text")} <strong><bdi>${ending.group_name}</bdi></strong></p>
      <//>`
    }
  </section>`;
}

function Share({ namespace, onClose, onDone }) {
  const { value: groups } = useAll("/groups");
  const form = useForm({ group: "", role: "analyst", until: "" }, async ({ group, role, until }) => {
    await call("PUT", path`/namespaces/${namespace.id}/links/${group}`, { body: { role, ...endOf(until) } });
    say(t("links.saved"));
    onClose();
    onDone();
  });
  const options = (groups ?? [])
    .filter((one) => one.id !== namespace.id && !`${namespace.full_path}/`.startsWith(`${one.full_path}/`))
    .map((one) => [one.id, `${one.name} (${one.full_path})`]);
  return html`<${Dialog} title=${t("links.add")} onClose=${onClose}>
    <form onSubmit=${form.submit}>
      <${SelectField}
        form=${form}
        name="group"
        label=${t("group")}
        options=${[["", t(options.length || !groups ? "new.choose" : "links.no-group")], ...options]}
        required
        autofocus
      />
      <${SelectField} form=${form} name="role" label=${t("links.role")} options=${roleOptions(namespace.role)} />
      <${TextField} form=${form} name="until" label=${t("members.until.optional")} type="date" pointer="/expires_at" />
      <${FormRefusal} form=${form} pointers=${["/role", "/expires_at"]} />
      <${FormFooter} form=${form} label=${t("links.submit")} onClose=${onClose} disabled=${!form.values.group} />
    </form>
  <//>`;
}
