// The pages begin here.
import { App } from "./app.js";
import { firstLanguage, loadLanguage } from "./language.js";
import { keepScroll } from "./router.js";
import { joinSession } from "./session.js";
import { html, render } from "./view.js";

await Promise.all([loadLanguage(firstLanguage()), joinSession()]);
render(html`<${App} />`, document.getElementById("app"));
keepScroll();
