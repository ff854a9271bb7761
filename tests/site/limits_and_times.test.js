import assert from "node:assert/strict";
import { test } from "node:test";
import { limiter } from "../../chalicelib/site/limiter.js";
import { perDay } from "../../chalicelib/site/per_day.js";
import { distance } from "../../chalicelib/site/when.js";

test("so many tasks run at once, also after one that fails", async () => {
  const turn = limiter(2);
  let running = 0;
  let most = 0;
  const order = [];
  const task = (name, fails) => async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((done) => setTimeout(done, 1));
    running -= 1;
    order.push(name);
    if (fails) throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => turn(task(name, name === "b"))));
  assert.equal(most, 2);
  assert.deepEqual(order, ["a", "b", "c", "d"]);
  assert.deepEqual(
    results.map((result) => result.status),
    ["fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
});

test("times are shown in the largest whole unit, up to a week", () => {
  const now = Date.UTC(2026, 10, 30, 12);
  const at = (seconds) => distance(now + seconds * 1000, now);
  assert.deepEqual(at(-20), [0, "minute"]);
  assert.deepEqual(at(90 * 60), [1, "hour"]);
  assert.deepEqual(at(-23 * 3600), [-23, "hour"]);
  assert.deepEqual(at(3 * 86400 + 5), [3, "day"]);
  assert.equal(at(8 * 86400), null);
});

test("exports are counted on the day on which they were created", () => {
  const now = new Date(2026, 10, 30, 9).getTime();
  const at = (day, hour) => new Date(2026, 10, day, hour).toISOString();
  const events = [
    { action: "created", at: at(30, 8) },
    { action: "ready", at: at(30, 8) },
    { action: "created", at: at(28, 0) },
    { action: "created", at: at(28, 23) },
    { action: "created", at: at(2, 12) },
  ];
  assert.deepEqual(
    perDay(events, now, 3).map(({ day, count }) => [day.getDate(), count]),
    [
      [28, 2],
      [29, 0],
      [30, 1],
    ],
  );
});
