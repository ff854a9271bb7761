// From the URL to the page.

import { say } from "./announcements.js";
import { get, patch } from "./api.js";
import { chosenLanguage, language, list, loadLanguage, t, useLanguage } from "./language.js";
import { useLoaded } from "./loading.js";
import { stop, watch } from "./notices.js";
import { Loading, PageHeading } from "./page.js";
import { ProblemPage } from "./problem_page.js";
import { path, place } from "./router.js";
import { finishSignIn, me, signIn, useToken } from "./session.js";
import { Shell } from "./shell.js";
import { uploads } from "./uploads/state.js";
import { Component, html, useEffect, useState } from "./view.js";
import { visited } from "./visits.js";

/** A page whose module is fetched when it is first needed. */
function page(load) {
  let Loaded;
  return function Page(properties) {
    const [state, setState] = useState({});
    useEffect(() => {
      if (Loaded) return;
      load().then(
        (module) => {
          Loaded = module.default;
          setState({});
        },
        (error) => setState({ error }),
      );
    }, []);
    if (state.error) throw state.error;
    return Loaded ? html`<${Loaded} ...${properties} />` : html`<${Loading} />`;
  };
}

const Home = page(() => import("./pages/home.js"));
const Namespaces = page(() => import("./pages/namespaces.js"));
const Namespace = page(() => import("./pages/namespace.js"));
const Samples = page(() => import("./pages/samples.js"));
const Sample = page(() => import("./pages/sample.js"));
const Runs = page(() => import("./pages/workflow_executions.js"));
const Run = page(() => import("./pages/workflow_execution.js"));
const Exports = page(() => import("./pages/exports.js"));
const Export = page(() => import("./pages/export.js"));
const ExportActivity = page(() => import("./pages/export_activity.js"));
const Members = page(() => import("./pages/members.js"));
const Style = page(() => import("./pages/style.js"));
const Tokens = page(() => import("./pages/tokens.js"));
const Webhooks = page(() => import("./pages/webhooks.js"));

const LOCAL_HOSTS = ["127.0.0.1", "localhost"];
const NAMESPACES = { projects: "project", groups: "group" };

/** The page of a path's segments; within a namespace, that is given to it. */
function pageOf([section, id, inner, innerId, ...more], namespace) {
  if (more.length) return null;
  if (section === undefined) return html`<${Home} />`;
  if (section in NAMESPACES) {
    if (id === undefined) return html`<${Namespaces} key=${section} type=${NAMESPACES[section]} />`;
    if (inner === undefined) return html`<${Namespace} key=${id} namespace=${namespace} />`;
    if (inner === "samples") {
      if (!innerId) return html`<${Samples} key=${id} namespace=${namespace} />`;
      return section === "projects" ? html`<${Sample} key=${innerId} id=${innerId} project=${namespace} />` : null;
    }
    if (inner === "export-activity" && !innerId) return html`<${ExportActivity} key=${id} namespace=${namespace} />`;
    if (inner === "members" && !innerId) return html`<${Members} key=${id} namespace=${namespace} />`;
    if (inner === "webhooks" && !innerId) return html`<${Webhooks} key=${id} namespace=${namespace} />`;
    if (inner === "workflow-executions") {
      return innerId
        ? html`<${Run} key=${innerId} id=${innerId} namespace=${namespace} />`
        : html`<${Runs} key=${id} namespace=${namespace} />`;
    }
    return null;
  }
  if (inner !== undefined) return null;
  if (section === "samples" && id) return html`<${Sample} key=${id} id=${id} />`;
  if (section === "workflow-executions") return id ? html`<${Run} key=${id} id=${id} />` : html`<${Runs} />`;
  if (section === "exports") return id ? html`<${Export} key=${id} id=${id} />` : html`<${Exports} />`;
  if (section === "tokens" && !id) return html`<${Tokens} />`;
  if (section === "webhooks" && !id) return html`<${Webhooks} />`;
  if (section === "style" && !id && LOCAL_HOSTS.includes(location.hostname)) return html`<${Style} />`;
  return null;
}

/** A page that fails to draw, or to load, does not take the whole with it. */
class Guard extends Component {
  componentDidCatch(error) {
    console.error(error);
    this.setState({ error });
    if (!navigator.onLine) addEventListener("online", () => location.reload(), { once: true });
  }

  render({ children }, { error }) {
    if (!error) return children;
    return html`<${ProblemPage} error=${error} retry=${() => location.reload()} />`;
  }
}

function SignedOut() {
  return html`<${PageHeading} title=${t("sign-in-first")} />
    <p>${t("sign-in-first.text")}</p>
    <p><button type="button" class="primary" onClick=${signIn}>${t("sign-in")}</button></p>`;
}

function SigningIn() {
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    finishSignIn().then(
      (done) => setFailed(!done),
      () => setFailed(true),
    );
  }, []);
  return failed
    ? html`<${PageHeading} title=${t("sign-in.failed")} />
        <p>${t("sign-in.failed.text")}</p>
        <p><button type="button" class="primary" onClick=${signIn}>${t("sign-in")}</button></p>`
    : html`<${Loading} />`;
}

function Routed() {
  const { segments, path: here } = place.use();
  const [section, id] = segments;
  const inside = section in NAMESPACES && id !== undefined;
  const { value, error, reload } = useLoaded(inside ? path`/namespaces/${id}` : null);
  const namespace = inside && value && [value.id, value.puid].includes(id) ? value : undefined;
  const opened = namespace?.id;
  useEffect(() => {
    if (namespace) visited(namespace);
  }, [opened]);
  let content;
  if (inside && error) content = html`<${ProblemPage} error=${error} retry=${reload} />`;
  else if (inside && !namespace) content = html`<${Loading} />`;
  else if (namespace && namespace.type !== NAMESPACES[section]) content = html`<${ProblemPage} status=${404} />`;
  else content = pageOf(segments, namespace) ?? html`<${ProblemPage} status=${404} />`;
  const around = inside && !namespace && !error ? null : namespace; // null: not known yet
  return html`<${Shell} namespace=${around}><${Guard} key=${here}>${content}<//><//>`;
}

/**
 * Who is signed in. Their language holds here, unless another was chosen on this device: then it becomes theirs, as does
 * the one that is shown to somebody who has none yet. `onJoined` is called when invitations made them a member.
 */
async function greet(onJoined) {
  const user = await get("/me");
  if (user.joined.length) {
    onJoined();
    say(t("joined", { names: list(user.joined.map((one) => one.name)) }));
  }
  const chosen = chosenLanguage() ?? (user.locale === null ? language() : null);
  if (!chosen) await loadLanguage(user.locale);
  me.set(chosen && chosen !== user.locale ? await patch("/me", { locale: chosen }) : user);
}

/** Everything; drawn again when the language changes. */
export function App() {
  useLanguage();
  const { segments } = place.use();
  const signedIn = useToken() !== null;
  const [joined, setJoined] = useState(0); // how often: pages are loaded again, because they have more to show
  useEffect(() => {
    if (!signedIn) return undefined;
    greet(() => setJoined((before) => before + 1)).catch(() => {}); // the page itself says what does not work
    watch();
    return () => {
      stop();
      if (uploads.get().length) import("./uploads/queue.js").then(({ abandonUploads }) => abandonUploads());
    };
  }, [signedIn]);
  if (segments[0] === "signed-in") return html`<${Shell}><${SigningIn} /><//>`;
  if (!signedIn && segments.length) return html`<${Shell}><${SignedOut} /><//>`;
  return html`<${Routed} key=${joined} />`;
}
