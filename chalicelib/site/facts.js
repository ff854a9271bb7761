// A list of names and what they stand for.
import { Fragment, html } from "./view.js";

/** `rows` are pairs of a name and its content; what is false is skipped. */
export const Facts = ({ rows }) =>
  html`<dl class="facts">
    ${rows
      .filter(Boolean)
      .map(([name, content], i) => html`<${Fragment} key=${i}><dt>${name}</dt><dd>${content}</dd><//>`)}
  </dl>`;
