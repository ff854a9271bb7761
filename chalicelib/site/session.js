// Who is signed in: OpenID Connect, authorization code with PKCE (RFC 7636). The token lives as long as the tab.
import { observable } from "./changes.js";
import { language } from "./language.js";
import { address, go, place, wholeAddress } from "./router.js";
import { session } from "./storage.js";

const CALLBACK = "/signed-in";
const CHANNEL = "seqport.sign-in"; // by which a window that signed in again hands over its code
const current = observable(session.get("token"));
const TABS = "seqport.tabs"; // by which tabs share a session: it ends with the last of them
const HAND_OVER = 250; // milliseconds that another tab has to hand its token over
const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(TABS);

/** The person's record, once it is known. */
export const me = observable(null);

/** Set while the user must sign in again: `{resume, cancel}`, or null. */
export const ended = observable(null);

export const token = () => current.get();
export const useToken = () => current.use();

/** Keep a token; with null, or that of another person, nothing stays in the tab that the present person left there. */
function keep(text) {
  if (token() && (text === null || subject(text) !== subject(token()))) session.clear();
  session.set("token", text);
  current.set(text);
}

function handle({ data }) {
  if (data.kind === "who" && token()) tabs.postMessage({ kind: "token", token: token() });
  else if (data.kind === "token" && (!token() || subject(token()) === subject(data.token))) {
    if (expiry(data.token) <= expiry(token())) return;
    keep(data.token);
    ended.get()?.resume();
  } else if (data.kind === "signed-out" && token() && subject(token()) === data.subject) {
    keep(null);
    me.set(null);
    ended.get()?.cancel();
  }
}

/** Take over the session of another tab, if there is one; a new tab is signed in as the others are. */
export async function joinSession() {
  if (!tabs) return;
  tabs.addEventListener("message", handle);
  if (token()) return;
  tabs.postMessage({ kind: "who" });
  const until = Date.now() + HAND_OVER;
  while (!token() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Keep a token that was just given, and hand it to the other tabs. */
function take(text) {
  keep(text);
  tabs?.postMessage({ kind: "token", token: text });
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

let settings;

/** The issuer's settings. Throws when the service can't be reached. */
async function issuer() {
  settings ??= await (await fetch(address("/api/v1/sign-in"))).json();
  return settings;
}

/** A way to sign in: the URL to go to, and what must be known when the code comes back. */
async function wayIn(extra = {}) {
  const settings = await issuer();
  const verifier = random();
  const state = random();
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const url = new URL(settings.authorization_endpoint);
  const parameters = {
    response_type: "code",
    client_id: settings.client_id,
    redirect_uri: wholeAddress(CALLBACK),
    scope: settings.scope,
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
    ui_locales: language(),
    ...extra,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, state, verifier };
}

async function tokenFor(code, verifier) {
  const settings = await issuer();
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: settings.client_id,
    redirect_uri: wholeAddress(CALLBACK),
    code,
    code_verifier: verifier,
  });
  const answer = await fetch(settings.token_endpoint, { method: "POST", body });
  if (!answer.ok) throw new Error("the issuer refused the code");
  return (await answer.json()).access_token; // the API refuses ID tokens
}

/** Go to the issuer's page, and come back to this one. */
export async function signIn() {
  const { url, state, verifier } = await wayIn();
  const { path, query } = place.get();
  const back = path === CALLBACK ? "/" : path + (query.size ? `?${query}` : "");
  session.set("way-in", JSON.stringify({ state, verifier, back }));
  location.assign(url);
}

/** At the callback's URL: take the token and go on to where the person came from. False when there was no sign-in. */
export async function finishSignIn() {
  const { query } = place.get();
  const [code, state] = [query.get("code"), query.get("state")];
  const pending = JSON.parse(session.get("way-in") ?? "null");
  if (!code || !state) return false; // a callback without a sign-in of ours
  if (pending?.state !== state) {
    // The window in which somebody signs in again: the one that waits takes the code.
    new BroadcastChannel(CHANNEL).postMessage({ code, state });
    window.close();
    return waitForToken();
  }
  session.set("way-in", null);
  take(await tokenFor(code, pending.verifier));
  go(pending.back, { replace: true });
  return true;
}

/** A window that a browser does not let close itself goes on as a tab of the session, once the other has the token. */
async function waitForToken() {
  for (let waited = 0; waited < 40; waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (token()) {
      go("/", { replace: true });
      return true;
    }
  }
  return false;
}

/** Forget the token, here and, where it has such a page, at the issuer. */
export async function signOut() {
  if (token()) tabs?.postMessage({ kind: "signed-out", subject: subject(token()) });
  keep(null);
  me.set(null);
  const settings = await issuer().catch(() => ({}));
  go("/", { replace: true });
  if (settings.end_session_endpoint) {
    const url = new URL(settings.end_session_endpoint);
    url.searchParams.set("client_id", settings.client_id);
    url.searchParams.set("logout_uri", wholeAddress("/"));
    url.searchParams.set("post_logout_redirect_uri", wholeAddress("/"));
    location.assign(url.href);
  }
}

let waiting = null;

/** Resolves once there is another token than `used`: the page keeps standing, and nothing typed is lost. */
export function signInAgain(used) {
  if (token() && token() !== used) return Promise.resolve();
  waiting ??= new Promise((resolve, reject) => {
    const over = () => {
      waiting = null;
      ended.set(null);
    };
    ended.set({
      resume() {
        over();
        resolve(undefined);
      },
      cancel() {
        over();
        keep(null);
        me.set(null);
        reject(new DOMException("signed out", "AbortError"));
      },
    });
  });
  return waiting;
}

/**
 * Sign in again in a window of its own, while this page waits. To be called by a click. Where the browser allows no such
 * window, gives the address that a link has to open in another tab: this page stays as it is.
 */
export async function resumeInWindow() {
  const opened = window.open("", "seqport-sign-in", "popup,width=520,height=680");
  const { url, state, verifier } = await wayIn();
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = async ({ data }) => {
    if (data.state !== state) return;
    channel.close();
    const fresh = await tokenFor(data.code, verifier);
    if (me.get() && subject(fresh) !== subject(token())) {
      keep(fresh);
      location.assign(address("/")); // another person: nothing of the first one's stays in sight
      return;
    }
    take(fresh);
    ended.get()?.resume();
  };
  if (!opened) return url;
  opened.location.assign(url);
  return null;
}

/** The claims of a JWT, unverified: only to see whether it is the same person, and which of two lasts longer. */
function claims(jwt) {
  try {
    return JSON.parse(atob(jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return {};
  }
}

const subject = (jwt) => claims(jwt).sub ?? null;
const expiry = (jwt) => (jwt ? (claims(jwt).exp ?? 0) : 0);
