// The keys that work on every page.
import { Dialog } from "../dialog.js";
import { t } from "../language.js";
import { html } from "../view.js";

/** @type {[string[], string][]} */
const KEYS = [
  [["Ctrl", "K"], "keys.palette"],
  [["/"], "keys.search"],
  [["?"], "keys.list"],
  [["Esc"], "keys.close"],
];

export default function Keys({ onClose }) {
  return html`<${Dialog} title=${t("keys")} onClose=${onClose}>
    <dl class="facts">
      ${KEYS.map(([keys, words]) => [
        html`<dt key=${words}>${keys.map((key, place) => html`${place > 0 && " + "}<kbd key=${key}>${key}</kbd>`)}</dt>`,
        html`<dd key=${`${words} text`}>${t(words)}</dd>`,
      ])}
    </dl>
    <footer><button type="button" class="primary" onClick=${onClose} autofocus>${t("close")}</button></footer>
  <//>`;
}
