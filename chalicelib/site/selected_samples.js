// What is selected, to be opened and looked through before it is exported.
import { t } from "./language.js";
import { querySamples } from "./samples/list.js";
import { countOf } from "./selection.js";
import { html, useState } from "./view.js";

const STEP = 100;

export function SelectedSamples({ namespace, selected }) {
  const [fetched, setFetched] = useState({ items: [], offset: 0 });
  const [shown, setShown] = useState(STEP);
  const count = countOf(selected);
  const items = selected.all ? fetched.items : [...selected.samples.values()].slice(0, shown);
  const more = async () => {
    if (!selected.all) {
      setShown(shown + STEP);
      return;
    }
    const { q, filters, excluded } = selected;
    const body = { ...(q ? { q } : {}), filters, sort: "puid", limit: STEP, offset: fetched.offset, fields: [] };
    try {
      const page = await querySamples(namespace.id, body);
      const found = page.items.filter((sample) => !excluded.has(sample.id));
      setFetched({ items: [...fetched.items, ...found], offset: page.next_offset });
    } catch {
      // The button stays, and can be tried again.
    }
  };
  const opened = (event) => event.target.open && selected.all && !items.length && more();
  return html`<details class="chosen-samples" onToggle=${opened}>
    <summary>${t("selected", { n: count })}</summary>
    <ul tabindex="0" aria-label=${t("samples")}>
      ${items.map(
        (sample) => html`<li key=${sample.id}><span class="code">${sample.puid}</span> <bdi>${sample.name}</bdi></li>`,
      )}
    </ul>
    ${
      items.length < count &&
      fetched.offset !== null &&
      html`<button type="button" class="link" onClick=${more}>${t("show-more")}</button>`
    }
  </details>`;
}
