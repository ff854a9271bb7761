// A new sample of a project.
import { say } from "../announcements.js";
import { post } from "../api.js";
import { Dialog } from "../dialog.js";
import { FormFooter, FormRefusal, TextField, useForm } from "../form.js";
import { t } from "../language.js";
import { path } from "../router.js";
import { html } from "../view.js";

export default function NewSample({ project, onClose, onCreated }) {
  const form = useForm({ name: "", description: "" }, async ({ name, description }, key) => {
    const described = description.trim() ? { description: description.trim() } : {};
    const made = await post(path`/projects/${project.id}/samples`, { name: name.trim(), ...described }, key);
    say(t("new.sample.created", { name: made.name }));
    onClose();
    onCreated();
  });
  return html`<${Dialog} title=${t("new.sample")} onClose=${onClose}>
    <form onSubmit=${form.submit}>
      <${TextField} form=${form} name="name" label=${t("name")} required maxlength="255" autofocus />
      <${TextField} form=${form} name="description" label=${t("new.description")} maxlength="2000" />
      <${FormRefusal} form=${form} pointers=${["/name", "/description"]} />
      <${FormFooter} form=${form} label=${t("create")} onClose=${onClose} />
    </form>
  <//>`;
}

NewSample.addsSamples = true;
