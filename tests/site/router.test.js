import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { dataset: { base: "/live" } } };
globalThis.location = { pathname: "/live/projects/a%20b/samples/", search: "?q=x", origin: "https://lab" };
globalThis.addEventListener = () => {};
globalThis.scrollTo = () => {};
globalThis.history = {
  pushState: (_, __, url) => moveTo(url),
  replaceState: (_, __, url) => moveTo(url),
};
function moveTo(url) {
  const at = new URL(url, location.origin);
  Object.assign(location, { pathname: at.pathname, search: at.search });
}
const { go, path, place, wholeAddress, withQuery } = await import("../../chalicelib/site/router.js");

test("the deployment's own path is not part of a place", () => {
  assert.equal(place.get().path, "/projects/a%20b/samples");
  assert.deepEqual(place.get().segments, ["projects", "a b", "samples"]);
  assert.equal(wholeAddress("/exports"), "https://lab/live/exports");
});

test("query parameters are set, repeated and taken away", () => {
  assert.equal(withQuery({ q: null }), "/projects/a%20b/samples");
  assert.equal(withQuery({ filter: ["a", "b"] }), "/projects/a%20b/samples?q=x&filter=a&filter=b");
  go(withQuery({ filter: ["a", "b"] }));
  assert.deepEqual(place.get().query.getAll("filter"), ["a", "b"]);
  assert.equal(withQuery({ filter: [] }), "/projects/a%20b/samples?q=x");
  assert.equal(withQuery({ filter: ["c"], q: "" }), "/projects/a%20b/samples?filter=c");
});

test("parts of a path are encoded", () => {
  assert.equal(path`/exports/${"a/b c"}`, "/exports/a%2Fb%20c");
});
