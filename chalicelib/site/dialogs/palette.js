// Go to any page, project, group, sample or export by typing a part of its name, or its PUID.
import { get, query } from "../api.js";
import { Dialog } from "../dialog.js";
import { nameOf } from "../export_state.js";
import { t } from "../language.js";
import { go, path, place } from "../router.js";
import { querySamples } from "../samples/list.js";
import { html, useEffect, useId, useRef, useState } from "../view.js";
import { visits } from "../visits.js";

const PAUSE = 200; // ms after the last letter
const MOST = 5; // of each kind
const PUID = /^[A-Za-z0-9]+_(SAM|PRJ|GRP)_[A-Z2-7]{10}$/i;
const PAGES = [
  ["/", "home"],
  ["/projects", "projects"],
  ["/groups", "groups"],
  ["/workflow-executions", "workflow-executions"],
  ["/exports", "exports"],
  ["/tokens", "tokens"],
];

const namespaceEntry = (one) => ({
  to: path`/${one.type}s/${one.id}/samples`,
  label: one.name,
  kind: t(one.type),
  hint: one.full_path,
});
const sampleEntry = (one) => ({
  to: path`/projects/${one.project_id}/samples/${one.id}`,
  label: one.name,
  kind: t("sample"),
  hint: one.puid,
});
const exportEntry = (one) => ({ to: path`/exports/${one.id}`, label: nameOf(one), kind: t("export"), hint: "" });

/** What a PUID names, or nothing. */
async function byPuid(text, signal) {
  const puid = text.toUpperCase();
  const isSample = puid.includes("_SAM_");
  const found = await get(isSample ? path`/samples/${puid}` : path`/namespaces/${puid}`, signal);
  return [isSample ? sampleEntry(found) : namespaceEntry(found)];
}

/** Everything that a text finds. One list that can't be had doesn't take the others with it. */
async function find(text, signal) {
  const { segments } = place.get();
  const inside = ["projects", "groups"].includes(segments[0]) && segments[1];
  const searched = query({ q: text, limit: MOST });
  const lists = await Promise.allSettled([
    PUID.test(text) ? byPuid(text, signal) : [],
    get(`/projects${searched}`, signal).then(({ items }) => items.map(namespaceEntry)),
    get(`/groups${searched}`, signal).then(({ items }) => items.map(namespaceEntry)),
    inside
      ? querySamples(inside, { q: text, limit: MOST, fields: [] }, signal).then(({ items }) => items.map(sampleEntry))
      : [],
    get(`/exports${searched}`, signal).then(({ items }) => items.map(exportEntry)),
  ]);
  const entries = lists.flatMap((list) => (list.status === "fulfilled" ? list.value : []));
  return [...new Map(entries.map((entry) => [entry.to, entry])).values()];
}

/** What is offered before anything is typed: the pages, and the places opened last. */
const first = () => [
  ...visits().map((one) => ({
    to: path`/${one.type}s/${one.id}/samples`,
    label: one.name,
    kind: t(one.type),
    hint: "",
  })),
  ...PAGES.map(([to, key]) => ({ to, label: t(key), kind: t("page"), hint: "" })),
];

export default function Palette({ onClose }) {
  const id = useId();
  const [text, setText] = useState("");
  const [found, setFound] = useState({ text: "", entries: first() });
  const [active, setActive] = useState(0);
  const list = useRef(null);
  const wanted = text.trim();
  useEffect(() => {
    if (!wanted) {
      setFound({ text: "", entries: first() });
      setActive(0);
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const pages = first().filter((entry) => entry.label.toLowerCase().includes(wanted.toLowerCase()));
      const entries = await find(wanted, controller.signal);
      if (controller.signal.aborted) return;
      setFound({ text: wanted, entries: [...new Map([...entries, ...pages].map((one) => [one.to, one])).values()] });
      setActive(0);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [wanted]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const { entries } = found;
  const open = (entry) => {
    onClose();
    go(entry.to);
  };
  const onKeyDown = (event) => {
    if (event.key === "ArrowDown") setActive((active + 1) % Math.max(1, entries.length));
    else if (event.key === "ArrowUp") setActive((active - 1 + entries.length) % Math.max(1, entries.length));
    else if (event.key === "Enter" && found.text === wanted && entries[active]) open(entries[active]);
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} title=${t("palette")} onClose=${onClose} guarded=${false}>
    <div class="palette">
      <label class="visually-hidden" for=${id}>${t("palette.label")}</label>
      <input
        id=${id}
        type="text"
        role="combobox"
        autofocus
        autocomplete="off"
        spellcheck=${false}
        placeholder=${t("palette.label")}
        aria-expanded="true"
        aria-controls=${`${id}-list`}
        aria-activedescendant=${entries.length ? `${id}-${active}` : undefined}
        value=${text}
        onInput=${(event) => setText(event.target.value)}
        onKeyDown=${onKeyDown}
      />
      <div ref=${list} id=${`${id}-list`} class="listbox" role="listbox" aria-label=${t("palette")}>
        ${entries.map(
          (entry, position) => html`<div
            key=${entry.to}
            id=${`${id}-${position}`}
            role="option"
            aria-selected=${String(position === active)}
            onClick=${() => open(entry)}
          >
            <span><bdi>${entry.label}</bdi> ${entry.hint && html`<span class="quiet"><bdi>${entry.hint}</bdi></span>`}</span>
            <span class="quiet">${entry.kind}</span>
          </div>`,
        )}
      </div>
      ${wanted && found.text === wanted && !entries.length && html`<p class="quiet" role="status">${t("nothing-found")}</p>`}
    </div>
  <//>`;
}
