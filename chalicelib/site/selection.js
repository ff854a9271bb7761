// Which samples of a group or project are selected: some by their ids, or all that a query finds but for some.
import { observable } from "./changes.js";
import { identityOf, isEverything } from "./samples/query.js";
import { session } from "./storage.js";

/** Up to so many are selected one by one. */
export const ONE_BY_ONE = 1000;
const MAX_EXCLUDED = 10_000; // as of the API
const NONE = { all: false, samples: new Map() };
const byNamespace = new Map();

const key = (namespaceId) => `selection.${namespaceId}`;
const summary = ({ id, puid, name }) => ({ id, puid, name });

/** A selection as text, for the tab's storage; null for an empty one. */
export function toText(selected) {
  if (selected.all) return JSON.stringify({ ...selected, excluded: [...selected.excluded.values()] });
  return selected.samples.size ? JSON.stringify({ all: false, samples: [...selected.samples.values()] }) : null;
}

/** The selection of such a text. */
export function fromText(text) {
  try {
    const kept = JSON.parse(text);
    const byId = (samples) => new Map(samples.map((sample) => [sample.id, sample]));
    return kept.all ? { ...kept, excluded: byId(kept.excluded) } : { all: false, samples: byId(kept.samples) };
  } catch {
    return NONE;
  }
}

/**
 * The selection of a namespace, kept in this tab. Either `{all: false, samples: Map of id to sample}`, or
 * `{all: true, q, filters, total, excluded: Map of id to sample}`.
 */
export function selectionOf(namespaceId) {
  if (!byNamespace.has(namespaceId)) {
    const text = session.get(key(namespaceId));
    const made = observable(text ? fromText(text) : NONE);
    const { set } = made;
    made.set = (next) => {
      session.set(key(namespaceId), toText(next));
      set(next);
    };
    byNamespace.set(namespaceId, made);
  }
  return byNamespace.get(namespaceId);
}

export const clear = (selection) => selection.set(NONE);

/** Select all that a query finds, of which there are `total`. */
export const chooseAll = (selection, { q, filters }, total) =>
  selection.set({ all: true, q, filters, total, excluded: new Map() });

/** Add these samples, or take them out. */
export function choose(selection, samples, chosen) {
  const before = selection.get();
  const kept = new Map(before.all ? before.excluded : before.samples);
  for (const sample of samples) {
    if (chosen === before.all) kept.delete(sample.id);
    else kept.set(sample.id, summary(sample));
  }
  if (before.all && kept.size <= MAX_EXCLUDED) selection.set({ ...before, excluded: kept });
  else if (!before.all) selection.set({ all: false, samples: kept });
}

/** Does the list of a query show only samples that a selection of all can say something of? */
export const covers = (selected, query) => isEverything(selected) || identityOf(selected) === identityOf(query);

/** Is a sample of this query's list selected? */
export const isChosen = (selected, query, sample) =>
  selected.all ? covers(selected, query) && !selected.excluded.has(sample.id) : selected.samples.has(sample.id);

export const countOf = (selected) => (selected.all ? selected.total - selected.excluded.size : selected.samples.size);

/** The selection as the API takes it. */
export function asRequest(selected) {
  if (!selected.all) return { sample_ids: [...selected.samples.keys()] };
  const { q, filters, excluded } = selected;
  return {
    selection: {
      all: true,
      ...(q ? { q } : {}),
      ...(filters.length ? { filters } : {}),
      ...(excluded.size ? { excluded_sample_ids: [...excluded.keys()] } : {}),
    },
  };
}
