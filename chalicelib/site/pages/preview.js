// What is in an archive: its manifest as a tree, of which only the rows in sight are drawn.
import { announce } from "../announcements.js";
import { get, query } from "../api.js";
import { hasWords, kindOfFile, number, t } from "../language.js";
import { TYPING_PAUSE } from "../lists.js";
import { useLoaded } from "../loading.js";
import { Loading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { go, Link, path } from "../router.js";
import { find, foundTreeOf, pageOf, pathOf, rowsOf, setAll, takeLevel, treeOf } from "../tree.js";
import { html, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "../view.js";

const MARGIN = 12; // rows drawn above and below the window
const ROW_REM = 2;
const MOST_FOUND = 1000; // what the service shows of a search

export function Preview({ made }) {
  const source = path`/exports/${made.id}/preview`;
  const { value, error, reload } = useLoaded(source);
  const root = useMemo(() => value && treeOf(value), [value]);
  if (error) return html`<${ProblemPage} error=${error} retry=${reload} />`;
  if (!root) return html`<${Loading} />`;
  return html`<${Tree} root=${root} source=${source} />`;
}

function Tree({ root, source }) {
  const [, draw] = useState(0);
  const redraw = () => draw((count) => count + 1);
  const [typed, setTyped] = useState("");
  const text = typed.trim();
  const filter = useId();
  // What is here whole is looked through here; for what is not, the service looks.
  const found = useMemo(() => (text && root.whole ? find(root, text) : null), [text, root]);
  const search = useSearch(root.whole ? "" : text, source);
  const tree = search.isActive ? search.root : root;
  const rows = tree ? rowsOf(tree, found?.shown) : [];
  const count = found?.count ?? (search.isActive ? search.root?.matches : undefined);

  useEffect(() => {
    if (count !== undefined) announce(t("preview.found", { n: count }));
  }, [count, text]);

  const fetchLevel = async (folder) => {
    if (folder.fetching) return;
    folder.fetching = true;
    folder.failed = false;
    try {
      takeLevel(folder, await get(source + query({ path: pathOf(folder), cursor: folder.next })));
    } catch {
      folder.failed = true;
    }
    folder.fetching = false;
    redraw();
  };
  const toggle = (one, open = !one.open) => {
    one.open = open;
    one.failed = false; // what could not be fetched is requested once more
    redraw();
  };
  const toggleAll = (open) => {
    if (tree) setAll(tree, open);
    redraw();
  };
  return html`
    <div class="filters">
      <div class="field search" role="search">
        <label for=${filter}>${t("preview.filter")}</label>
        <input
          id=${filter}
          type="search"
          autocomplete="off"
          value=${typed}
          onInput=${(event) => setTyped(event.target.value)}
        />
      </div>
      <button type="button" onClick=${() => toggleAll(true)}>${t("expand-all")}</button>
      <button type="button" onClick=${() => toggleAll(false)}>${t("collapse-all")}</button>
    </div>
    ${!root.whole && html`<p class="quiet small">${t("preview.large")}</p>`}
    ${search.isActive && count > MOST_FOUND && html`<p class="quiet small">${t("preview.first", { n: MOST_FOUND, count })}</p>`}
    ${search.error && html`<p class="error" role="alert">${t("problem.unreachable.text")}</p>`}
    ${!tree && !search.error && html`<${Loading} />`}
    ${count === 0 && html`<p class="empty">${t("nothing-found")}</p>`}
    ${rows.length > 0 && html`<${Rows} key=${tree === root} rows=${rows} onToggle=${toggle} onMore=${fetchLevel} />`}
  `;
}

/** What the service finds in an archive that is too large to be here whole: `{isActive, root, error}`. */
function useSearch(text, source) {
  const [submitted, setSubmitted] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSubmitted(text), text ? TYPING_PAUSE : 0);
    return () => clearTimeout(timer);
  }, [text]);
  const { value, error, loading } = useLoaded(text && submitted ? source + query({ q: submitted }) : null);
  const root = useMemo(() => value && foundTreeOf(value), [value]);
  return { isActive: Boolean(text && submitted), root: loading ? undefined : root, error };
}

function Rows({ rows, onToggle, onMore }) {
  const place = useRef(null);
  const id = useId();
  const [view, setView] = useState({ top: 0, height: 600, row: 32 });
  const [active, setActive] = useState(null);
  const at = Math.max(0, rows.indexOf(active));

  useLayoutEffect(() => {
    const measure = () => {
      const row = ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
      const element = place.current;
      setView({ top: element.scrollTop, height: element.clientHeight || 600, row });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);

  const first = Math.max(0, Math.floor(view.top / view.row) - MARGIN);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / view.row) + MARGIN);
  const drawn = rows.slice(first, last);
  useEffect(() => {
    for (const row of drawn) if (row.more && !row.more.failed) onMore(row.more);
  });

  const move = (to) => {
    const bounded = Math.min(rows.length - 1, Math.max(0, to));
    setActive(rows[bounded]);
    const element = place.current;
    const top = bounded * view.row;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + view.row > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + view.row - element.clientHeight;
    }
  };
  const onKey = (event) => {
    const one = rows[at];
    const page = Math.max(1, Math.floor(view.height / view.row) - 1);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + page,
      PageUp: at - page,
    };
    if (event.key in to) move(to[event.key]);
    else if (event.key === "ArrowRight" && one.isFolder) {
      if (one.open) move(at + 1);
      else onToggle(one, true);
      setActive(one.open ? rows[Math.min(at + 1, rows.length - 1)] : one);
    } else if (event.key === "ArrowLeft" && one.isFolder && one.open) onToggle(one, false);
    else if (event.key === "ArrowLeft" && one.parent?.parent) move(rows.indexOf(one.parent));
    else if (event.key === "Enter" && pageOf(one)) go(pageOf(one));
    else if ((event.key === "Enter" || event.key === " ") && one.isFolder) onToggle(one);
    else if (event.key === "Enter" && one.more?.failed) onMore(one.more);
    else return;
    event.preventDefault();
  };
  return html`
    <p class="visually-hidden" id=${`${id}-help`}>${t("preview.keys")}</p>
    <div
      ref=${place}
      class="tree"
      role="tree"
      tabindex="0"
      aria-label=${t("preview")}
      aria-describedby=${`${id}-help`}
      aria-activedescendant=${rows.length ? `${id}-${at}` : undefined}
      onScroll=${(event) => setView({ ...view, top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      onKeyDown=${onKey}
    >
      <div role="none" class="tree-height" style=${{ height: `${rows.length * view.row}px` }}>
        ${drawn.map((row, i) => {
          const index = first + i;
          return html`<${Row}
            key=${index}
            id=${`${id}-${index}`}
            one=${row}
            top=${index * view.row}
            isActive=${index === at}
            onToggle=${() => {
              setActive(row);
              if (row.isFolder) onToggle(row);
              else if (row.more?.failed) onMore(row.more);
            }}
          />`;
        })}
      </div>
    </div>
  `;
}

function Row({ id, one, top, isActive, onToggle }) {
  const style = { transform: `translateY(${top}px)`, paddingInlineStart: `${(one.more ?? one).level + 0.25}rem` };
  if (one.more) {
    return html`<div id=${id} class="tree-row quiet" role="treeitem" style=${style} onClick=${onToggle}>${t(one.more.failed ? "problem.unreachable.text" : "loading")}</div>`;
  }
  const to = pageOf(one);
  const label = html`<bdi>${one.name}</bdi>`;
  return html`<div
    id=${id}
    class="tree-row"
    role="treeitem"
    style=${style}
    data-active=${isActive}
    data-kind=${one.kind}
    aria-level=${one.level}
    aria-expanded=${one.isFolder ? String(one.open) : undefined}
    aria-selected=${String(isActive)}
    aria-setsize=${one.parent.next ? -1 : one.parent.children.length}
    aria-posinset=${one.position}
    onClick=${onToggle}
  >
    <span class="tree-mark" aria-hidden="true"></span>
    ${to ? html`<${Link} to=${to} tabindex="-1" onClick=${(event) => event.stopPropagation()}>${label}<//>` : label}
    ${one.title && html`<span class="tree-title"><bdi>${one.title}</bdi></span>`}
    <span class="tree-kind">
      ${
        one.isFolder
          ? html`${hasWords(`kind.${one.kind}`) && t(`kind.${one.kind}`)} <span class="count">${number(one.count)}</span>`
          : kindOfFile(one.metadata)
      }
    </span>
  </div>`;
}
