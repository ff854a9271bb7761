// A button that opens a menu, worked by arrows as the ARIA Authoring Practices say (menu button pattern).
import { address, go } from "./router.js";
import { classes, html, useEffect, useId, useLayoutEffect, useRef, useState } from "./view.js";

/**
 * `items`: `{label, to}` for a page, `{label, act}` for an action, `checked` for one of several, or with `toggles` for a
 * switch, `hint` for a second line. `label` is the button's content; with `disabled` it can be reached and says why by `describedBy`.
 */
export function Menu({ label, items, disabled = false, describedBy, className, align = "start", name }) {
  const [open, setOpen] = useState(false);
  const button = useRef(null);
  const menu = useRef(null);
  const first = useRef(0);
  const id = useId();

  const entries = () => [...menu.current.querySelectorAll("[role^=menuitem]")];
  const show = (at) => {
    if (disabled) return;
    first.current = at;
    setOpen(true);
  };
  const close = ({ refocus = true } = {}) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };

  useLayoutEffect(() => {
    if (open) entries().at(first.current)?.focus();
  }, [open]);

  useEffect(() => {
    if (!open) return undefined;
    const outside = (event) => {
      if (!menu.current?.contains(event.target) && !button.current?.contains(event.target)) close({ refocus: false });
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const onButtonKey = (event) => {
    const at = { ArrowDown: 0, ArrowUp: -1 }[event.key];
    if (at === undefined) return;
    event.preventDefault();
    show(at);
  };

  const onMenuKey = (event) => {
    const there = entries();
    const now = there.indexOf(document.activeElement);
    const to = {
      ArrowDown: (now + 1) % there.length,
      ArrowUp: (now - 1 + there.length) % there.length,
      Home: 0,
      End: there.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      there[to].focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      close({ refocus: false });
    } else if (event.key.length === 1 && event.key !== " ") {
      const letter = event.key.toLocaleLowerCase();
      const after = [...there.slice(now + 1), ...there.slice(0, now + 1)];
      after.find((entry) => entry.textContent.trim().toLocaleLowerCase().startsWith(letter))?.focus();
    }
  };

  const choose = (item) => (event) => {
    if (item.to && (event.metaKey || event.ctrlKey || event.shiftKey)) return;
    event.preventDefault();
    close();
    if (item.to) go(item.to);
    else item.act();
  };

  return html`
    <div class=${classes("menu-place", className)} data-align=${align}>
      <button
        ref=${button}
        type="button"
        class="menu-button"
        aria-haspopup="menu"
        aria-expanded=${open ? "true" : "false"}
        aria-controls=${open ? id : undefined}
        aria-disabled=${disabled ? "true" : undefined}
        aria-describedby=${describedBy}
        aria-label=${name}
        onClick=${() => (open ? close() : show(0))}
        onKeyDown=${onButtonKey}
      >
        ${label}
      </button>
      ${
        open &&
        html`<div ref=${menu} id=${id} class="menu" role="menu" onKeyDown=${onMenuKey}>
        ${items.map((item, place) => {
          const role = item.checked === undefined ? "menuitem" : item.toggles ? "menuitemcheckbox" : "menuitemradio";
          const shared = { role, tabIndex: -1, onClick: choose(item), key: place };
          const content = html`${item.label}${item.hint && html`<small>${item.hint}</small>`}`;
          if (item.to) return html`<a ...${shared} href=${address(item.to)}>${content}</a>`;
          const checked = item.checked === undefined ? undefined : String(item.checked);
          return html`<button ...${shared} type="button" aria-checked=${checked}>${content}</button>`;
        })}
      </div>`
      }
    </div>
  `;
}
