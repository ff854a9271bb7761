// One sample: what is known of it, its files and its metadata.
import { say } from "../announcements.js";
import { remove } from "../api.js";
import { Puid } from "../clipboard.js";
import { Facts } from "../facts.js";
import { moment, t } from "../language.js";
import { useLoaded } from "../loading.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Question } from "../question.js";
import { mayManage, mayUpload } from "../roles.js";
import { go, Link, path } from "../router.js";
import { SampleFiles } from "../samples/sample_files.js";
import { SampleMetadata } from "../samples/sample_metadata.js";
import { html, useEffect, useState } from "../view.js";

/** `project` is that of the address, if it names one; else the address becomes that inside the sample's project. */
export default function Sample({ id, project = null }) {
  const { value: loaded, error, reload } = useLoaded(path`/samples/${id}`);
  const [changed, setChanged] = useState(null);
  const [deleting, setDeleting] = useState(false);
  const sample = changed ?? loaded;
  const isInside = loaded?.project_id === project?.id;
  useEffect(() => {
    if (loaded && !isInside) go(path`/projects/${loaded.project_id}/samples/${id}`, { replace: true });
  }, [loaded]);
  if (error) return html`<${ProblemPage} error=${error} retry=${reload} />`;
  if (!sample || !isInside) return html`<${Loading} />`;
  const samples = path`/projects/${project.id}/samples`;
  const facts = [
    [t("puid"), html`<${Puid} of=${sample.puid} />`],
    [t("project"), html`<${Link} to=${samples}><bdi>${project.name}</bdi><//>`],
    sample.description && [t("description"), html`<bdi>${sample.description}</bdi>`],
    [t("created"), moment(sample.created_at)],
    [t("updated"), moment(sample.updated_at)],
  ];
  return html`
    <${PageHeading} title=${sample.name} trail=${trailOf(project, { to: samples, label: t("samples") })}>
      ${
        mayManage(project.role) &&
        html`<p class="actions"><button type="button" onClick=${() => setDeleting(true)}>${t("sample.delete")}</button></p>`
      }
    <//>
    <${Facts} rows=${facts} />
    <${SampleFiles} sample=${sample} role=${project.role} />
    <${SampleMetadata} sample=${sample} mayEdit=${mayUpload(project.role)} onChanged=${setChanged} />
    ${
      deleting &&
      html`<${Question}
        title=${t("sample.delete.title")}
        verb=${t("delete")}
        act=${async () => {
          await remove(path`/samples/${sample.id}`);
          say(t("sample.deleted.named", { name: sample.name }));
        }}
        onDone=${() => go(samples)}
        onClose=${() => setDeleting(false)}
      >
        <p>${t("sample.delete.text")} <strong><bdi>${sample.name}</bdi></strong></p>
      <//>`
    }
  `;
}
