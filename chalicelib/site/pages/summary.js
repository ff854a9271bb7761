// The summary of an export: its parameters, what was excluded, and how to fetch it without a browser.
import { get } from "../api.js";
import { CopyButton, Puid } from "../clipboard.js";
import { statusText } from "../export_state.js";
import { Facts } from "../facts.js";
import { formatName, hasWords, list, moment, number, size, t } from "../language.js";
import { useLoaded } from "../loading.js";
import { Link, path, wholeAddress } from "../router.js";
import { html, useState } from "../view.js";

export function Summary({ made }) {
  const later = html`<span class="quiet">${made.status === "failed" ? "–" : t("once-ready")}</span>`;
  const { parameters, file } = made;
  const rows = [
    [t("id"), html`<${Puid} of=${made.id} />`],
    [t("name"), made.name === null ? html`<span class="quiet">–</span>` : html`<bdi>${made.name}</bdi>`],
    [t("type"), t(`type.${made.type}`)],
    parameters.linelist_format && [t("format"), parameters.linelist_format.toUpperCase()],
    [t("status"), statusText(made)],
    [t("created"), moment(made.created_at)],
    made.ready_at && [t("ready-since"), moment(made.ready_at)],
    made.warnings > 0 && [t("warnings"), html`<${Warnings} made=${made} />`],
    [t("expires"), made.expires_at ? moment(made.expires_at) : later],
    parameters.namespace_id && [t("origin"), html`<${Origin} id=${parameters.namespace_id} />`],
    parameters.sample_count != null && [t("samples"), number(parameters.sample_count)],
    parameters.packaging &&
      parameters.packaging !== "archive" && [t("packaging"), t(`packaging.${parameters.packaging}`)],
    parameters.layout === "tree" && [t("folders"), t("layout.tree")],
    parameters.file_formats?.length > 0 && [t("formats"), list(parameters.file_formats.map(formatName))],
    parameters.metadata_fields?.length > 0 && [
      t("metadata-fields"),
      html`<bdi>${list(parameters.metadata_fields)}</bdi>`,
    ],
    parameters.workflow_execution_count != null && [
      t("workflow-executions"),
      number(parameters.workflow_execution_count),
    ],
    [t("files"), file ? number(file.files) : later],
    [t("size"), file ? size(file.size) : later],
    file && [t("crc32"), html`<span class="code">${file.crc32}</span>`],
    [
      t("email"),
      made.email_failure ? t(`email-failure.${made.email_failure}`) : t(made.email_notification ? "yes" : "no"),
    ],
    !made.warnings && [t("warnings"), made.status === "ready" ? html`<${Warnings} made=${made} />` : later],
  ];
  return html`
    <${Facts} rows=${rows} />
    <${History} made=${made} />
    ${made.status === "ready" && html`<${Commands} made=${made} />`}
  `;
}

/** What happened to the export, when it is opened. */
function History({ made }) {
  const [open, setOpen] = useState(false);
  const { value, error } = useLoaded(open ? `${path`/exports/${made.id}/events`}?limit=1000` : null);
  return html`<details class="history" onToggle=${(event) => setOpen(event.target.open)}>
    <summary>${t("history")}</summary>
    ${error && html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`}
    ${
      value &&
      html`<ol>
        ${value.items.map(
          (event, position) => html`<li key=${position}>
            <span class="quiet">${moment(event.at)}</span> ${t(`event.${event.action}`)}
          </li>`,
        )}
      </ol>`
    }
  </details>`;
}

/** The group or project that the export was made from; its id alone where it can't be read any more. */
function Origin({ id }) {
  const { value } = useLoaded(path`/namespaces/${id}`);
  if (!value) return html`<span class="code">${id}</span>`;
  return html`<${Link} to=${path`/${value.type}s/${value.id}`}><bdi>${value.name}</bdi><//>`;
}

function Warnings({ made }) {
  const [rows, setRows] = useState(null);
  const [failed, setFailed] = useState(false);
  if (!made.warnings) return t("warnings.none");
  const open = async (event) => {
    if (!event.target.open || rows) return;
    try {
      setRows(await get(`${path`/exports/${made.id}/warnings`}?limit=1000`));
    } catch {
      setFailed(true);
    }
  };
  return html`<details onToggle=${open}>
    <summary>${t("warnings.count", { n: made.warnings })}</summary>
    ${failed && html`<p class="error" role="alert">${t("problem.unreachable.text")}</p>`}
    ${
      rows &&
      html`<ul class="warnings">
        ${rows.items.map((row) => html`<li key=${row.id}><${LeftOut} row=${row} /> – ${reason(row.reason)}</li>`)}
      </ul>
      ${rows.next_cursor && html`<p class="quiet">${t("warnings.more")}</p>`}`
    }
  </details>`;
}

/** The excluded items, by the names that people know; a sample leads to its page. An id that names nothing is shown as it was requested. */
function LeftOut({ row }) {
  if (row.name === null) return html`<span class="code">${row.id}</span>`;
  const name = html`<bdi>${row.name}</bdi>`;
  const isSample = row.reason === "no-matching-file";
  return html`${isSample ? html`<${Link} to=${path`/samples/${row.id}`}>${name}<//>` : name}${" "}
    ${row.puid && html`<span class="code quiet">${row.puid}</span>`}`;
}

const reason = (code) => (hasWords(`reason.${code}`) ? t(`reason.${code}`) : code);

/** A word for a shell, whatever is in it. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Commands that fetch the file, resume, fail loudly, and check what came; they need a personal access token. */
function Commands({ made }) {
  const url = wholeAddress(path`/api/v1/exports/${made.id}/download`);
  const authorization = '-H "Authorization: Bearer $SEQPORT_TOKEN"';
  const name = quoted(made.file.download_name);
  // The link alone: what follows it must not send the token on to the object store.
  const link = `"$(curl -fsS -o /dev/null -w '%{redirect_url}' ${authorization} ${url})"`;
  // Without an archive, the files are downloaded one by one.
  const verb = made.parameters.packaging === "manifest" ? "rehydrate" : "download";
  const commands = [
    ["seqport", `SEQPORT_URL=${quoted(wholeAddress(""))} seqport ${verb} ${made.id}`],
    ["curl", `curl -fL -C - -o ${name} ${authorization} ${url}`],
    ["wget", `wget -c -O ${name} ${link}`],
    ["aria2c", `aria2c -c -x 4 -o ${name} ${link}`],
    [
      t("commands.check"),
      `[ "$(gzip -1c < ${name} | tail -c 8 | od -An -tx4 -N4 | tr -d ' ')" = ${made.file.crc32} ] && echo OK || echo DAMAGED`,
    ],
  ];
  return html`<section class="commands" aria-labelledby="commands">
    <h2 id="commands">${t("commands")}</h2>
    <p class="quiet">${t("commands.text")} <${Link} to="/tokens">${t("tokens")}<//></p>
    ${commands.map(([tool, command]) => html`<${Command} key=${tool} tool=${tool} command=${command} />`)}
  </section>`;
}

function Command({ tool, command }) {
  return html`<div class="command">
    <h3>${tool}</h3>
    <pre tabindex="0" aria-label=${tool}>${command}</pre>
    <${CopyButton} text=${command} />
  </div>`;
}
