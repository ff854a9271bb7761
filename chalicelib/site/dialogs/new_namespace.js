// A new group, or a new project in a group.
import { all, post } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormFooter, FormRefusal, SelectField, TextField, useForm } from "../form.js";
import { t } from "../language.js";
import { mayManage } from "../roles.js";
import { go, path } from "../router.js";
import { html, useEffect, useRef, useState } from "../view.js";

const POINTERS = ["/name", "/path", "/parent_id", "/group_id"];
const MAX_PATH = 255;

/** The last part of an address, made of a name. */
export const pathOf = (name) =>
  name
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, MAX_PATH);

/** `parent`: the group in which it is created; without one it is chosen, or a group is on top. */
export default function NewNamespace({ type, parent, onClose }) {
  const [groups, setGroups] = useState(parent ? [parent] : null);
  const isPathTyped = useRef(false);
  useEffect(() => {
    if (!parent)
      all("/groups", { sort: "path" }).then(
        (found) => setGroups(found.filter((one) => mayManage(one.role))),
        () => setGroups([]),
      );
  }, []);
  const form = useForm({ name: "", path: "", group: parent?.id ?? "" }, async ({ name, path: last, group }, key) => {
    const body = { name: name.trim(), path: last.trim() };
    const within = type === "project" ? { group_id: group } : group ? { parent_id: group } : {};
    const made = await post(`/${type}s`, { ...body, ...within }, key);
    onClose();
    go(path`/${type}s/${made.id}`);
  });
  const named = (event) => {
    const name = event.target.value;
    form.setValues((before) => ({ ...before, name, path: isPathTyped.current ? before.path : pathOf(name) }));
  };
  const typed = (event) => {
    isPathTyped.current = true;
    form.set("path")(event);
  };
  const choices = (groups ?? []).map((one) => [one.id, one.full_path]);
  const isMissing = type === "project" && groups !== null && !groups.length;
  return html`<${Dialog} title=${t(`new.${type}`)} onClose=${onClose}>
    <form onSubmit=${form.submit}>
      ${isMissing && html`<p class="quiet">${t("new.project.no-group")}</p>`}
      <${TextField} form=${{ ...form, set: () => named }} name="name" label=${t("name")} required maxlength="255" autofocus />
      <${TextField}
        form=${{ ...form, set: () => typed }}
        name="path"
        label=${t("path")}
        hint=${t("new.path.hint")}
        required
        maxlength="255"
      />
      ${
        !parent &&
        groups !== null &&
        html`<${SelectField}
          form=${form}
          name="group"
          label=${t(type === "project" ? "group" : "new.group.parent")}
          pointer=${type === "project" ? "/group_id" : "/parent_id"}
          options=${[["", t(type === "project" ? "new.choose" : "new.group.top")], ...choices]}
          required=${type === "project"}
        />`
      }
      <${FormRefusal} form=${form} pointers=${POINTERS} />
      <${FormFooter} form=${form} label=${t("create")} onClose=${onClose} disabled=${isMissing} />
    </form>
  <//>`;
}
