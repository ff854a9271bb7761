// What is selected, to be opened and looked through before it is exported.
import { get, query } from "./api.js";
import { t } from "./language.js";
import { path } from "./router.js";
import { countOf } from "./selection.js";
import { html, useState } from "./view.js";

const STEP = 100;

export function SelectedSamples({ namespace, selected }) {
  const [fetched, setFetched] = useState({ items: [], cursor: undefined });
  const [shown, setShown] = useState(STEP);
  const count = countOf(selected);
  const items = selected.all ? fetched.items : [...selected.samples.values()].slice(0, shown);
  const more = async () => {
    if (!selected.all) {
      setShown(shown + STEP);
      return;
    }
    const parameters = { q: selected.q, sort: "puid", limit: STEP, cursor: fetched.cursor };
    try {
      const page = await get(path`/namespaces/${namespace.id}/samples` + query(parameters));
      setFetched({ items: [...fetched.items, ...page.items], cursor: page.next_cursor });
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
    ${items.length < count && html`<button type="button" class="link" onClick=${more}>${t("show-more")}</button>`}
  </details>`;
}
