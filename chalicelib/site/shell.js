// What stands around every page: the bar above, the sidebar, the person's menu.

import { Announcements } from "./announcements.js";
import { patch } from "./api.js";
import { observable } from "./changes.js";
import { Dialog } from "./dialog.js";
import { choose, LANGUAGES, language, number, t } from "./language.js";
import { Menu } from "./menu.js";
import { canNotify, chooseNotifications, latest, unseen, wantsNotifications } from "./notices.js";
import { mayManage } from "./roles.js";
import { Link, path, place } from "./router.js";
import { ended, me, resumeInWindow, signIn, signOut, useToken } from "./session.js";
import { followKeys, opened } from "./shortcuts.js";
import { device } from "./storage.js";
import { uploads } from "./uploads/state.js";
import { html, useEffect, useState } from "./view.js";

const PAGES = [
  ["/projects", "projects"],
  ["/groups", "groups"],
  ["/workflow-executions", "workflow-executions"],
  ["/exports", "exports"],
];
const theme = observable(document.documentElement.dataset.theme ?? "auto");

function chooseTheme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  device.set("theme", name === "auto" ? null : name);
  theme.set(name);
}

async function chooseLanguage(code) {
  await choose(code);
  if (me.get()) await patch("/me", { locale: code }).then(me.set, () => {}); // it holds here all the same
}

function LanguageSwitch() {
  return html`<div class="switch" role="group" aria-label=${t("language")}>
    ${Object.entries(LANGUAGES).map(
      ([code, name]) => html`<button
        type="button"
        key=${code}
        lang=${code}
        title=${name}
        aria-pressed=${String(language() === code)}
        onClick=${() => chooseLanguage(code)}
      >
        ${code.toUpperCase()}
      </button>`,
    )}
  </div>`;
}

function ThemeMenu() {
  const chosen = theme.use();
  const items = ["auto", "light", "dark"].map((name) => ({
    label: t(`theme.${name}`),
    checked: chosen === name,
    act: () => chooseTheme(name),
  }));
  return html`<${Menu} label="◐" name=${t("theme")} items=${items} align="end" className="plain-menu" />`;
}

function UserMenu({ user }) {
  const name = `${user.first_name} ${user.last_name}`.trim() || user.email;
  const [notified, setNotified] = useState(wantsNotifications());
  const items = [
    { label: t("tokens"), to: "/tokens" },
    { label: t("webhooks"), to: "/webhooks" },
    ...(canNotify()
      ? [
          {
            label: t("notifications"),
            checked: notified,
            toggles: true,
            act: async () => setNotified(await chooseNotifications(!notified)),
          },
        ]
      : []),
    { label: t("sign-out"), act: signOut },
  ];
  const label = html`<span class="who"><bdi>${name}</bdi></span><span class="caret" aria-hidden="true"></span>`;
  return html`<${Menu} label=${label} items=${items} align="end" className="plain-menu" />`;
}

function SideLink({ to, children, exact = false }) {
  const here = place.get().path;
  const current = here === to || (!exact && here.startsWith(`${to}/`));
  return html`<li>
    <${Link} to=${to} aria-current=${current ? "page" : undefined}>${children}<//>
  </li>`;
}

const ExportsLink = () => html`<${SideLink} to="/exports">${t("exports")}<${ExportsBadge} /><//>`;

/** How many exports became ready or failed elsewhere, or are being worked on. */
function ExportsBadge() {
  const news = unseen.use().size;
  const running = latest.use()?.filter((made) => made.status === "processing").length ?? 0;
  if (!news && !running) return null;
  const words = news ? t("badge.done", { n: news }) : t("badge.running", { n: running });
  return html` <span class="badge" data-kind=${news ? "done" : "running"} title=${words}
    >${number(news || running)}<span class="visually-hidden"> ${words}</span></span
  >`;
}

/** Inside a project or group its name is a dropdown that holds the ways out; below it are its own pages. */
function Sidebar({ namespace }) {
  if (namespace === null) return null;
  if (!namespace) {
    return html`<ul>
      ${PAGES.map(([to, key]) =>
        to === "/exports" ? html`<${ExportsLink} key=${to} />` : html`<${SideLink} key=${to} to=${to}>${t(key)}<//>`,
      )}
    </ul>`;
  }
  const root = path`/${namespace.type}s/${namespace.id}`;
  const label = html`<span class="kind">${t(namespace.type)}</span><bdi>${namespace.name}</bdi
    ><span class="caret" aria-hidden="true"></span>`;
  return html`
    <${Menu} label=${label} items=${PAGES.map(([to, key]) => ({ label: t(key), to }))} className="namespace-menu" />
    <ul>
      <${SideLink} to=${root} exact>${t("details")}<//>
      <${SideLink} to=${`${root}/samples`}>${t("samples")}<//>
      <${SideLink} to=${`${root}/workflow-executions`}>${t("workflow-executions")}<//>
      ${mayManage(namespace.role) && html`<${SideLink} to=${`${root}/members`}>${t("members")}<//>`}
      ${mayManage(namespace.role) && html`<${SideLink} to=${`${root}/export-activity`}>${t("activity")}<//>`}
      ${mayManage(namespace.role) && html`<${SideLink} to=${`${root}/webhooks`}>${t("webhooks")}<//>`}
    </ul>
    <ul class="side-own"><${ExportsLink} /></ul>
  `;
}

function SessionEnded({ waiting }) {
  const [address, setAddress] = useState(null); // where no window may be opened, a link opens a tab
  const again = async () => setAddress(await resumeInWindow());
  return html`<${Dialog} title=${t("session.ended")} closable=${false}>
    <p>${t("session.nothing-lost")}</p>
    ${address && html`<p role="alert">${t("session.blocked")}</p>`}
    <footer>
      <button type="button" onClick=${waiting.cancel}>${t("sign-out")}</button>
      ${
        address
          ? html`<a class="button primary" href=${address} target="_blank" rel="noopener">${t("session.in-tab")}</a>`
          : html`<button type="button" class="primary" onClick=${again} autofocus>${t("session.again")}</button>`
      }
    </footer>
  <//>`;
}

/** The panel of uploads; its module is there once something is uploaded. */
function Uploads() {
  const isNeeded = uploads.use().length > 0;
  const [Panel, setPanel] = useState(null);
  useEffect(() => {
    if (isNeeded && !Panel) import("./uploads/panel.js").then((module) => setPanel(() => module.default));
  }, [isNeeded]);
  return isNeeded && Panel && html`<${Panel} />`;
}

const BY_KEYS = { palette: () => import("./dialogs/palette.js"), keys: () => import("./dialogs/keys.js") };

/** The dialogs that keys open. */
function ByKeys() {
  const name = opened.use();
  const [loaded, setLoaded] = useState({});
  useEffect(followKeys, []);
  useEffect(() => {
    if (name && !loaded[name]) BY_KEYS[name]().then((module) => setLoaded({ ...loaded, [name]: module.default }));
  }, [name]);
  const Opened = name && loaded[name];
  return Opened && html`<${Opened} onClose=${() => opened.set(null)} />`;
}

/** The whole page, with `children` as its main part. */
export function Shell({ namespace, children }) {
  const user = me.use();
  const signedIn = useToken() !== null;
  const waiting = ended.use();
  const { path: here } = place.use();
  const [sideOpen, setSideOpen] = useState(false);
  useEffect(() => setSideOpen(false), [here]);
  const toMain = (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  };
  return html`
    <a class="skip" href="#main" onClick=${toMain}>${t("skip")}</a>
    <header class="bar">
      ${
        signedIn &&
        html`<button
        type="button"
        class="side-toggle plain icon"
        aria-expanded=${String(sideOpen)}
        aria-controls="sidebar"
        aria-label=${t("navigation")}
        onClick=${() => setSideOpen(!sideOpen)}
      >
        ☰
      </button>`
      }
      <${Link} to="/" class="brand">Seqport<//>
      <span class="spring"></span>
      ${
        signedIn &&
        html`<button type="button" class="go-to" aria-keyshortcuts="Control+K" onClick=${() => opened.set("palette")}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 15 15" /></svg>
          <span class="words">${t("palette")}</span> <kbd aria-hidden="true">Ctrl K</kbd>
        </button>`
      }
      <${LanguageSwitch} />
      <${ThemeMenu} />
      ${
        user
          ? html`<${UserMenu} user=${user} />`
          : !signedIn && html`<button type="button" class="primary" onClick=${signIn}>${t("sign-in")}</button>`
      }
    </header>
    <div class="frame" data-side=${signedIn ? (sideOpen ? "open" : "closed") : "none"}>
      ${
        signedIn &&
        html`<nav id="sidebar" class="side" aria-label=${t("navigation")}><${Sidebar} namespace=${namespace} /></nav>`
      }
      <main id="main" tabindex="-1">${children}</main>
    </div>
    <div class="at-foot"><${Uploads} /><${Announcements} /></div>
    ${signedIn && html`<${ByKeys} />`}
    ${waiting && html`<${SessionEnded} waiting=${waiting} />`}
  `;
}
