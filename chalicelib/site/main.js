// The pages begin here.
import { App } from "./app.js";
import { firstLanguage, speak } from "./language.js";
import { joinSession } from "./session.js";
import { html, render } from "./view.js";

await Promise.all([speak(firstLanguage()), joinSession()]);
render(html`<${App} />`, document.getElementById("app"));
