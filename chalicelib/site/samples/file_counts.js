// How many files the samples of a page have, counted after the list is there.
import { post } from "../api.js";
import { path } from "../router.js";
import { useEffect, useState } from "../view.js";

const AT_ONCE = 100; // samples of a request

/** The files of these samples, by id: `{files, size}` of those that were counted. They are counted again for each list. */
export function useFileCounts(namespace, samples) {
  const [counted, setCounted] = useState({ samples: null, counts: new Map() });
  useEffect(() => {
    if (!samples) return undefined;
    let isWanted = true;
    const count = async () => {
      const counts = new Map();
      for (let start = 0; start < samples.length && isWanted; start += AT_ONCE) {
        const ids = samples.slice(start, start + AT_ONCE).map((sample) => sample.id);
        const { items } = await post(path`/namespaces/${namespace.id}/samples/file-counts`, { sample_ids: ids });
        for (const { sample_id, files, size } of items) counts.set(sample_id, { files, size });
        if (isWanted) setCounted({ samples, counts: new Map(counts) });
      }
    };
    count().catch(() => {}); // the list is of use without them
    return () => {
      isWanted = false;
    };
  }, [namespace.id, samples]);
  return counted.counts;
}
