// Which samples of a group or project are selected: some by their ids, or all that a search finds.
import { observable } from "./changes.js";

/** Up to so many are selected one by one, so that each can be taken out again. */
export const ONE_BY_ONE = 1000;
const NONE = { all: false, samples: new Map() };
const byNamespace = new Map();

/**
 * The selection of a namespace; it lasts until the tab is reloaded. Either
 * `{all: false, samples: Map of id to sample}`, or `{all: true, q, total, isExact}`.
 */
export function selectionOf(namespaceId) {
  if (!byNamespace.has(namespaceId)) byNamespace.set(namespaceId, observable(NONE));
  return byNamespace.get(namespaceId);
}

export const clear = (selection) => selection.set(NONE);

/** Add these samples, or take them out. */
export function choose(selection, samples, chosen) {
  const kept = new Map(selection.get().samples);
  for (const sample of samples) {
    if (chosen) kept.set(sample.id, { id: sample.id, puid: sample.puid, name: sample.name });
    else kept.delete(sample.id);
  }
  selection.set({ all: false, samples: kept });
}

export const countOf = (selected) => (selected.all ? selected.total : selected.samples.size);

/** The selection as the API takes it. */
export function asRequest(selected) {
  if (!selected.all) return { sample_ids: [...selected.samples.keys()] };
  return { selection: selected.q ? { all: true, q: selected.q } : { all: true } };
}
