// What can be copied: texts with a button, and PUIDs.
import { announce, say } from "./announcements.js";
import { t } from "./language.js";
import { html, useEffect, useState } from "./view.js";

const SHOWN_FOR = 2_000; // ms

/** Copy a text; says so if the browser does not allow it, as without https. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    say(t("copy.failed"), "error");
    return false;
  }
}

/** `[copied, copy]`: `copied` is true for a moment after `copy()`. */
function useCopy(text) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    announce(t("copied"));
  };
  return [copied, copy];
}

export function CopyButton({ text }) {
  const [copied, copy] = useCopy(text);
  return html`<button type="button" onClick=${copy}>${t(copied ? "copied" : "copy")}</button>`;
}

/** A PUID, with a button that copies it. */
export function Puid({ of }) {
  const [copied, copy] = useCopy(of);
  return html`<span class="code puid"
    >${of}<button type="button" class="copy" title=${t(copied ? "copied" : "copy")} aria-label=${t("copy.named", { name: of })} onClick=${copy}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d=${copied ? "M3 8l4 4 6-9" : "M5 5V2h9v9h-3M2 5h9v9H2z"} /></svg>
    </button></span
  >`;
}
