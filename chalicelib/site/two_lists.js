// Two lists side by side, available and selected: what one moves to the right is taken.
import { announce } from "./announcements.js";
import { t } from "./language.js";
import { html, useId, useLayoutEffect, useRef, useState } from "./view.js";

const SEARCHED_FROM = 12; // a shorter list needs no search field

/**
 * `items`: `{key, label, detail?}`; `chosen`: keys in their order. With `ordered`, the order of the chosen ones can be
 * changed. `labels`: `{available, chosen}`. `error` is shown below the chosen list.
 */
export function TwoLists({ items, chosen, onChange, labels, ordered = false, error }) {
  const id = useId();
  const [marked, setMarked] = useState({ available: new Set(), chosen: new Set() });
  const [text, setText] = useState("");
  const byKey = new Map(items.map((item) => [item.key, item]));
  const wanted = text.trim().toLocaleLowerCase();
  const available = items.filter(
    (item) => !chosen.includes(item.key) && item.label.toLocaleLowerCase().includes(wanted),
  );
  const taken = chosen.map((key) => byKey.get(key) ?? { key, label: key });
  const mark = (side, keys) => setMarked({ available: new Set(), chosen: new Set(), [side]: keys });

  const change = (keys, moved) => {
    onChange(keys);
    mark(keys.includes(moved[0]) ? "chosen" : "available", new Set(moved));
    announce(t("lists.count", { n: keys.length }));
  };
  const add = (keys) => change([...chosen, ...keys], keys);
  const drop = (keys) =>
    change(
      chosen.filter((key) => !keys.includes(key)),
      keys,
    );
  const marks = (side, rows) => rows.map((item) => item.key).filter((key) => marked[side].has(key));
  const toAdd = marks("available", available);
  const toDrop = marks("chosen", taken);

  /** Move the marked ones of the chosen list up (-1) or down (1), as far as they go. */
  const shift = (by) => {
    const moved = toDrop.length ? toDrop : [];
    const keys = [...chosen];
    const at = keys.map((key, i) => (moved.includes(key) ? i : -1)).filter((i) => i >= 0);
    if (by > 0) at.reverse();
    for (const i of at) {
      const to = i + by;
      if (to < 0 || to >= keys.length || moved.includes(keys[to])) continue;
      [keys[i], keys[to]] = [keys[to], keys[i]];
    }
    onChange(keys);
    if (moved.length) {
      announce(t("lists.place", { name: byKey.get(moved[0])?.label ?? moved[0], place: keys.indexOf(moved[0]) + 1 }));
    }
  };
  return html`<div class="two-lists" data-ordered=${ordered}>
    <div>
      <h3 id=${`${id}-available`}>${labels.available} <span class="count">(${t("n", { n: available.length })})</span></h3>
      ${
        items.length >= SEARCHED_FROM &&
        html`<input
        type="search"
        aria-label=${t("lists.search")}
        placeholder=${t("lists.search")}
        value=${text}
        onInput=${(event) => setText(event.target.value)}
      />`
      }
      <${List}
        labelledBy=${`${id}-available`}
        rows=${available}
        marked=${marked.available}
        onMark=${(keys) => mark("available", keys)}
        onTake=${add}
      />
    </div>
    <div class="moves">
      <button type="button" disabled=${!toAdd.length} onClick=${() => add(toAdd)}>${t("lists.add")}</button>
      <button type="button" disabled=${!available.length} onClick=${() => add(available.map((item) => item.key))}>
        ${t("lists.add-all")}
      </button>
      <button type="button" disabled=${!toDrop.length} onClick=${() => drop(toDrop)}>${t("lists.remove")}</button>
      <button type="button" disabled=${!chosen.length} onClick=${() => drop([...chosen])}>${t("lists.remove-all")}</button>
    </div>
    <div>
      <h3 id=${`${id}-chosen`}>${labels.chosen} <span class="count">(${t("n", { n: chosen.length })})</span></h3>
      <${List}
        labelledBy=${`${id}-chosen`}
        describedBy=${error ? `${id}-error` : undefined}
        rows=${taken}
        marked=${marked.chosen}
        onMark=${(keys) => mark("chosen", keys)}
        onTake=${drop}
        onShift=${ordered ? shift : undefined}
      />
      ${
        ordered &&
        html`<p class="actions order">
        <button type="button" disabled=${!toDrop.length} onClick=${() => shift(-1)}>${t("lists.up")}</button>
        <button type="button" disabled=${!toDrop.length} onClick=${() => shift(1)}>${t("lists.down")}</button>
      </p>`
      }
    </div>
    ${error && html`<p id=${`${id}-error`} class="error" role="alert">${error}</p>`}
  </div>`;
}

/** A listbox of which several can be marked: arrows move, Space marks, Enter takes to the other list. */
function List({ labelledBy, describedBy, rows, marked, onMark, onTake, onShift }) {
  const id = useId();
  const [active, setActive] = useState(null);
  const place = useRef(null);
  const at = Math.max(
    0,
    rows.findIndex((row) => row.key === active),
  );

  useLayoutEffect(() => {
    place.current.querySelector("[data-active=true]")?.scrollIntoView({ block: "nearest" });
  }, [active, rows.length]);

  const flip = (key) => {
    const keys = new Set(marked);
    if (!keys.delete(key)) keys.add(key);
    onMark(keys);
  };
  const onKey = (event) => {
    if (!rows.length) return;
    const { key } = rows[at];
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined && event.altKey && onShift) onShift(event.key === "ArrowDown" ? 1 : -1);
    else if (to !== undefined) {
      const next = rows[Math.min(rows.length - 1, Math.max(0, to))].key;
      setActive(next);
      if (event.shiftKey) onMark(new Set([...marked, key, next]));
    } else if (event.key === " ") flip(key);
    else if (event.key === "Enter")
      onTake(marked.size ? rows.map((row) => row.key).filter((one) => marked.has(one)) : [key]);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) onMark(new Set(rows.map((row) => row.key)));
    else return;
    event.preventDefault();
  };
  return html`<div
    ref=${place}
    class="listbox"
    role="listbox"
    tabindex="0"
    aria-multiselectable="true"
    aria-labelledby=${labelledBy}
    aria-describedby=${describedBy}
    aria-activedescendant=${rows.length ? `${id}-${at}` : undefined}
    onKeyDown=${onKey}
  >
    ${rows.map(
      (row, i) => html`<div
        key=${row.key}
        id=${`${id}-${i}`}
        role="option"
        aria-selected=${String(marked.has(row.key))}
        data-active=${i === at}
        onClick=${() => {
          setActive(row.key);
          flip(row.key);
        }}
        onDblClick=${() => onTake([row.key])}
      >
        <bdi>${row.label}</bdi>${row.detail && html`<span class="quiet">${row.detail}</span>`}
      </div>`,
    )}
  </div>`;
}
