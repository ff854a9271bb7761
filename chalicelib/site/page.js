// What every page has: a heading that is also the tab's title, and words while it loads.
import { t } from "./language.js";
import { unseen } from "./notices.js";
import { place } from "./router.js";
import { html, useEffect, useLayoutEffect, useRef } from "./view.js";

const firstPath = place.get().path;
let moved = false;

/** The page's `h1`. After a move within the pages it takes the focus, as a new page's beginning would. */
export function PageHeading({ title, children }) {
  const heading = useRef(null);
  const { path } = place.use();
  useLayoutEffect(() => {
    moved ||= path !== firstPath;
    if (moved && !document.querySelector("dialog[open]")) heading.current.focus({ preventScroll: true });
  }, [path]);
  const news = unseen.use().size;
  useEffect(() => {
    document.title = `${news ? `(${news}) ` : ""}${title} · Seqport`;
  }, [title, news]);
  return html`<div class="page-heading"><h1 ref=${heading} tabindex="-1">${title}</h1>${children}</div>`;
}

/** While something loads: nothing for a moment, then a word. */
export const Loading = () => html`<p class="loading" role="status">${t("loading")}</p>`;
