// What every page has: a heading that is also the tab's title, and words while it loads.
import { t } from "./language.js";
import { unseen } from "./notices.js";
import { Link, path as pathOf, place } from "./router.js";
import { html, useEffect, useLayoutEffect, useRef } from "./view.js";

const firstPath = place.get().path;
let moved = false;

/** The way to a page inside a project or group. */
export const trailOf = (namespace, ...more) => [
  { to: `/${namespace.type}s`, label: t(`${namespace.type}s`) },
  { to: pathOf`/${namespace.type}s/${namespace.id}`, label: namespace.name },
  ...more,
];

function Trail({ steps }) {
  return html`<nav class="trail" aria-label=${t("trail")}>
    <ol>
      ${steps.map(({ to, label }) => html`<li key=${to}><${Link} to=${to}><bdi>${label}</bdi><//></li>`)}
    </ol>
  </nav>`;
}

/** The page's `h1`, below the `trail` (`[{to, label}]`) of the pages above it. After a move within the pages it takes the focus, as a new page's beginning would. */
export function PageHeading({ title, trail, children }) {
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
  return html`${trail && html`<${Trail} steps=${trail} />`}<div class="page-heading"><h1 ref=${heading} tabindex="-1">${title}</h1>${children}</div>`;
}

/** While something loads: nothing for a moment, then a word. */
export const Loading = () => html`<p class="loading" role="status">${t("loading")}</p>`;
