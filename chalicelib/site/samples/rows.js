// The rows of a list of samples, of which there may be a thousand: no task blocks what the person does.
import { Found } from "../highlight.js";
import { size, t } from "../language.js";
import { Link, path } from "../router.js";
import { isChosen } from "../selection.js";
import { Component, html, useEffect, useMemo, useState } from "../view.js";
import { when } from "../when.js";
import { identityOf } from "./query.js";

const DRAWN_AT_ONCE = 16;

/**
 * The bodies of the table, each of some rows, because the browser lays out again only what changed: `samples` as `query` found them, and which of them are `selected`. `projectOf(sample)` is the
 * name of its project, undefined where there is no such column; `files` are those of samples by id, as far as they are
 * counted.
 */
export function SampleRows({ samples, query, files, ...shared }) {
  const drawn = useGradually(samples);
  const chunks = useMemo(
    () =>
      Array.from({ length: Math.ceil(samples.length / DRAWN_AT_ONCE) }, (_, place) =>
        samples.slice(place * DRAWN_AT_ONCE, (place + 1) * DRAWN_AT_ONCE),
      ),
    [samples],
  );
  return chunks.slice(0, Math.ceil(drawn / DRAWN_AT_ONCE)).map(
    (chunk) => html`<${Chunk}
      key=${chunk[0].id}
      samples=${chunk}
      query=${query}
      identity=${identityOf(query)}
      files=${files}
      counted=${files.get(chunk.at(-1).id)}
      ...${shared}
    />`,
  );
}

/** Is one of these properties another value than before? */
const differs = (names, next, present) => names.some((name) => next[name] !== present[name]);

/** Some rows, which are visited only when something of them may have changed. */
class Chunk extends Component {
  shouldComponentUpdate(next) {
    return differs(["samples", "identity", "selected", "fixed", "counted", "columns", "language"], next, this.props);
  }

  render({ samples, query, selected, fixed, projectOf, files, columns, language, onToggle }) {
    return html`<tbody>
      ${samples.map(
        (sample) => html`<${Row}
          key=${sample.id}
          sample=${sample}
          columns=${columns}
          project=${projectOf(sample)}
          chosen=${isChosen(selected, query, sample)}
          files=${files.get(sample.id)}
          fixed=${fixed}
          q=${query.q}
          language=${language}
          onToggle=${onToggle}
        />`,
      )}
    </tbody>`;
  }
}

/** One sample. */
class Row extends Component {
  shouldComponentUpdate(next) {
    if (differs(["sample", "columns", "project", "files", "q", "language"], next, this.props)) this.cells = null;
    return differs(["chosen", "fixed"], next, this.props) || !this.cells;
  }

  render({ chosen, fixed, onToggle, ...shown }) {
    const { sample } = shown;
    this.cells ??= cellsOf(shown); // when a thousand rows are selected, Preact skips the cells that are the same
    return html`<tr data-selected=${chosen}>
      <td class="box">
        <input
          type="checkbox"
          aria-label=${t("select-one", { name: sample.name })}
          checked=${chosen}
          disabled=${fixed}
          onClick=${(event) => onToggle(sample, event.target.checked, event.shiftKey)}
        />
      </td>
      ${this.cells}
    </tr>`;
  }
}

/**
 * What a row shows beside its box.
 *
 * @param {any} shown
 */
function cellsOf({ sample, columns, project, files, q }) {
  const to = path`/projects/${sample.project_id}/samples/${sample.id}`;
  return html`
    <td class="code" data-label=${t("puid")}><${Link} to=${to}><${Found} text=${sample.puid} q=${q} /><//></td>
    <td class="name"><${Link} to=${to}><${Found} text=${sample.name} q=${q} /><//></td>
    ${project !== undefined && html`<td data-label=${t("project")}><bdi>${project}</bdi></td>`}
    ${(columns ?? []).map((field) => {
      const value = sample.metadata[field];
      return html`<td key=${field} data-label=${field} class=${value === undefined ? "value none" : typeof value === "number" ? "value amount" : "value"}>
        ${value !== undefined && html`<bdi>${String(value)}</bdi>`}
      </td>`;
    })}
    <td class="amount" data-label=${t("files")} title=${files?.files ? size(files.size) : undefined}>${files?.files}</td>
    <td class="moment" data-label=${t("created")}>${when(sample.created_at)}</td>
    <td class="moment" data-label=${t("updated")}>${when(sample.updated_at)}</td>
  `;
}

/** How many of a long page's samples to draw: more with every frame. */
function useGradually(samples) {
  const [state, setState] = useState({ samples, count: DRAWN_AT_ONCE });
  const count = state.samples === samples ? state.count : DRAWN_AT_ONCE;
  useEffect(() => {
    if (count >= samples.length) return undefined;
    const frame = requestAnimationFrame(() => setState({ samples, count: count + DRAWN_AT_ONCE }));
    return () => cancelAnimationFrame(frame);
  }, [samples, count]);
  return count;
}
