// Announces on every page that one of the person's exports is ready or has failed, and counts those being worked on.
import { announce, say } from "./announcements.js";
import { get } from "./api.js";
import { observable } from "./changes.js";
import { download } from "./export_download.js";
import { nameOf, outcomeText } from "./export_state.js";
import { t } from "./language.js";
import { go, path, place } from "./router.js";
import { device } from "./storage.js";

const WATCHED = "/exports?limit=50&sort=-created_at";
const SOON = 4_000; // ms until the next look while something is being worked on
const LATER = 45_000;
const FAILED = 60_000;

/** The person's latest exports, newest first; null until they are known. */
export const latest = observable(null);
/** The ids of exports that became ready or failed while this tab showed something else. */
export const unseen = observable(new Set());

let known = null; // the status of each export at the last look
let timer;
let looking = false;

/** Look at the exports now, and from then on as long as `stop` is not called. */
export function watch() {
  clearTimeout(timer);
  if (!looking) document.addEventListener("visibilitychange", lookWhenVisible);
  looking = true;
  look();
}

/** Forget everything, when the person signs out. */
export function stop() {
  clearTimeout(timer);
  looking = false;
  document.removeEventListener("visibilitychange", lookWhenVisible);
  known = null;
  latest.set(null);
  unseen.set(new Set());
}

const lookWhenVisible = () => looking && document.visibilityState === "visible" && watch();

async function look() {
  let pause = FAILED;
  try {
    const { items } = await get(WATCHED);
    if (!looking) return;
    report(items);
    latest.set(items);
    pause = items.some((made) => made.status === "processing") ? SOON : LATER;
  } catch {
    // The pages say what does not work; here it is tried again later.
  }
  // A hidden tab goes on, for its title and notifications; the browser makes its timers slower.
  clearTimeout(timer); // of a look that ended meanwhile: there is one next look
  if (looking) timer = setTimeout(look, pause);
}

/** Report the exports that were being worked on at the last look and no longer are. */
function report(items) {
  const before = known;
  known = new Map(items.map((made) => [made.id, made.status]));
  if (!before) return;
  for (const made of items) {
    if (before.get(made.id) === "processing" && made.status !== "processing") notify(made);
  }
}

function notify(made) {
  const text = outcomeText(made, nameOf(made));
  const isShown = place.get().path === `/exports/${made.id}` && document.visibilityState === "visible";
  if (isShown) return; // its page announces it itself
  unseen.set(new Set([...unseen.get(), made.id]));
  const isReady = made.status === "ready";
  const action = isReady
    ? { label: t("download"), act: () => download(made) }
    : { label: t("details"), act: () => go(path`/exports/${made.id}`) };
  say(text, isReady ? "done" : "error", action);
  announce(text);
  if (document.visibilityState !== "visible" && wantsNotifications()) {
    const note = new Notification("Seqport", { body: text, tag: made.id });
    note.onclick = () => {
      window.focus();
      go(path`/exports/${made.id}`);
    };
  }
}

/** An export's page, or the list, was opened: what was reported of it is seen. */
export function markSeen(ids) {
  const left = [...unseen.get()].filter((id) => !ids.includes(id));
  if (left.length < unseen.get().size) unseen.set(new Set(left));
}

export const canNotify = () => "Notification" in window;
export const wantsNotifications = () =>
  canNotify() && Notification.permission === "granted" && device.get("notifications") === "on";

/** Turn the browser's notifications on or off; returns whether they are on. */
export async function chooseNotifications(on) {
  const allowed = on && (await Notification.requestPermission()) === "granted";
  device.set("notifications", allowed ? "on" : null);
  return allowed;
}
