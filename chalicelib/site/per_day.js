// Counts of events by day. Pure.

const DAY = 86_400_000; // ms

/** How many exports were created on each of the last days, the oldest first: `[{day, count}]`. */
export function perDay(events, now, days) {
  const dayOf = (time) => new Date(time).toDateString();
  const counts = new Map();
  for (const event of events) {
    if (event.action === "created") counts.set(dayOf(event.at), (counts.get(dayOf(event.at)) ?? 0) + 1);
  }
  return Array.from({ length: days }, (_, place) => {
    const time = now - (days - 1 - place) * DAY;
    return { day: new Date(time), count: counts.get(dayOf(time)) ?? 0 };
  });
}
