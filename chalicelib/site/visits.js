// Which projects and groups this person opened last, on this device.
import { me } from "./session.js";
import { device } from "./storage.js";

const KEPT = 6;
const key = () => `visits.${me.get()?.id ?? ""}`;

/** The latest first: `{id, type, name}`. */
export function visits() {
  try {
    const kept = JSON.parse(device.get(key()) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** A project or group was opened. */
export function visited({ id, type, name }) {
  const others = visits().filter((one) => one.id !== id);
  device.set(key(), JSON.stringify([{ id, type, name }, ...others].slice(0, KEPT)));
}
