// Every component in every state, for those who work on the pages: on a local stack only, at /style.
import { say } from "../announcements.js";
import { Puid } from "../clipboard.js";
import { Dialog } from "../dialog.js";
import { DropZone } from "../drop_zone.js";
import { Progress, Status } from "../export_state.js";
import { Facts } from "../facts.js";
import { FormFooter, FormRefusal, SelectField, TextField, useForm } from "../form.js";
import { FormatChoice } from "../format_choice.js";
import { Found } from "../highlight.js";
import { Pager, SortHeader } from "../lists.js";
import { Menu } from "../menu.js";
import { PageHeading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Question } from "../question.js";
import { TwoLists } from "../two_lists.js";
import { html, useState } from "../view.js";
import { When } from "../when.js";

const HOUR = 3_600_000; // ms
const working = { status: "processing", progress: { percent: 42, step: "assembling", queue_position: null } };
const STATES = [
  working,
  { status: "ready", warnings: 0 },
  { status: "ready", warnings: 2 },
  { status: "failed", warnings: 0 },
];
const LIST = {
  items: [1, 2],
  from: 21,
  total: 57,
  isExact: true,
  limit: 20,
  sort: "name",
  previous: () => {},
  next: null,
};
const FIELDS = ["organism", "host", "place"].map((key) => ({ key, label: key, detail: "12 samples" }));
const nothing = () => {};

const Section = ({ name, children }) => html`<section><h2>${name}</h2>${children}</section>`;

export default function Style() {
  return html`
    <${PageHeading} title="Style" trail=${[{ to: "/", label: "Home" }]}>
      <button type="button" class="primary">Primary</button>
    <//>
    <p class="lead">Every component in every state. Themes and languages: in the bar above.</p>
    <${Buttons} />
    <${Fields} />
    <${Section} name="Tables">
      <div class="table-place" role="region" aria-label="Table" tabindex="0">
        <table>
          <thead>
            <tr>
              <${SortHeader} list=${LIST} by="name">Name<//>
              <${SortHeader} list=${LIST} by="status">Status<//>
              <th scope="col" class="amount">Size</th>
              <th scope="col">Created</th>
            </tr>
          </thead>
          <tbody>
            ${STATES.map(
              (made, place) => html`<tr key=${place} data-selected=${place === 1}>
                <td class="name"><${Found} text="Outbreak 2026" q="2026" /> <span class="tag">tag</span></td>
                <td><${Status} made=${made} />${made === working && html`<${Progress} made=${made} />`}</td>
                <td class="amount">1.2 GB</td>
                <td class="moment"><${When} at=${new Date(Date.now() - HOUR * 5 ** place).toISOString()} /></td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <${Pager} list=${LIST} />
    <//>
    <${Section} name="Facts">
      <${Facts} rows=${[["PUID", html`<${Puid} of="INXT_SAM_AAAAAAAAAA" />`], ["Badge", html`<span class="badge">3</span>`]]} />
    <//>
    <${Section} name="Boxes">
      <p class="estimate"><strong>21 files · 151 MB</strong> <span class="quiet">from 3 samples.</span></p>
      <div class="failure"><p><strong>What failed</strong></p><p>Why, and what to do.</p></div>
      <div class="selected"><strong>3 samples selected</strong><button type="button" class="link">Clear</button></div>
      <p class="empty">There is nothing here yet. Create one.</p>
      <p class="quiet">Quiet text, <mark>a match</mark>, <kbd>Ctrl K</kbd>, <span class="code">code</span>.</p>
      <pre tabindex="0" aria-label="Command">curl -fL https://example.org/a.zip</pre>
    <//>
    <${Section} name="Files"><${DropZone} title="Drop files here" hint="A hint." choices=${[{ label: "Choose files" }]} onDrop=${nothing} onPick=${nothing} /><//>
    <${Choices} />
    <${Overlays} />
    <${Section} name="Problems"><${ProblemOf} /><//>
  `;
}

function Buttons() {
  return html`<${Section} name="Buttons">
    <p class="actions">
      <button type="button">Button</button>
      <button type="button" class="primary">Primary</button>
      <button type="button" class="danger">Danger</button>
      <button type="button" disabled>Disabled</button>
      <button type="button" class="link">Link</button>
      <button type="button" class="plain icon" aria-label="Icon">×</button>
      <${Menu}
        label="Menu"
        items=${[
          { label: "Action", hint: "with a hint", act: nothing },
          { label: "Chosen", checked: true, act: nothing },
        ]}
      />
    </p>
  <//>`;
}

function Fields() {
  const form = useForm({ name: "Outbreak", path: "not allowed!", role: "analyst" }, async () => {
    throw Object.assign(new Error("This was refused."), {
      at: (pointer) => (pointer === "/path" ? "Letters, digits and hyphens only." : undefined),
    });
  });
  return html`<${Section} name="Fields">
    <form onSubmit=${form.submit}>
      <${TextField} form=${form} name="name" label="Name" hint="A hint." />
      <${TextField} form=${form} name="path" label="Path, refused when it is submitted" />
      <${SelectField} form=${form} name="role" label="Role" options=${[["guest", "Guest"], ["analyst", "Analyst"]]} />
      <label class="check"><input type="checkbox" checked /> <span>Chosen</span></label>
      <div class="radios"><label class="check"><input type="radio" name="style" checked /> <span>One</span></label></div>
      <${FormRefusal} form=${form} />
      <${FormFooter} form=${form} label="Submit" onClose=${nothing} />
    </form>
  <//>`;
}

function Choices() {
  const [formats, setFormats] = useState(["fasta"]);
  const [fields, setFields] = useState(["host"]);
  return html`<${Section} name="Choices">
    <${FormatChoice}
      formats=${["fasta", "fastq", "text"]}
      chosen=${formats}
      counts=${{ fasta: { files: 3, bytes: 46_000 }, fastq: { files: 6, bytes: 151_000_000 } }}
      onChange=${setFormats}
      error=${formats.length ? undefined : "Select at least one."}
    />
    <${TwoLists} items=${FIELDS} chosen=${fields} onChange=${setFields} labels=${{ available: "Available", chosen: "Selected" }} ordered />
  <//>`;
}

function Overlays() {
  const [open, setOpen] = useState(null);
  const close = () => setOpen(null);
  return html`<${Section} name="Dialogs and notes">
    <p class="actions">
      <button type="button" onClick=${() => setOpen("dialog")}>Dialog</button>
      <button type="button" onClick=${() => setOpen("question")}>Question</button>
      <button type="button" onClick=${() => say("It is done.")}>Note</button>
      <button type="button" onClick=${() => say("It did not work.", "error")}>Error</button>
      <button type="button" onClick=${() => say("It is ready.", "done", { label: "Download", act: nothing })}>Note with an action</button>
    </p>
    ${open === "dialog" && html`<${Dialog} title="Dialog" onClose=${close}><p>Its text.</p><footer><button type="button" onClick=${close}>Close</button></footer><//>`}
    ${open === "question" && html`<${Question} title="Delete this?" verb="Delete" act=${nothing} onClose=${close}><p>It can’t be undone.</p><//>`}
  <//>`;
}

/** The pages for what can't be shown. */
function ProblemOf() {
  const [shown, setShown] = useState(null);
  return html`<p class="actions">
      ${[403, 404, 410, 500].map((status) => html`<button key=${status} type="button" onClick=${() => setShown(status)}>${String(status)}</button>`)}
    </p>
    ${shown && html`<${ProblemPage} status=${shown} retry=${() => setShown(null)} />`}`;
}
