// The pages begin here.
import { App } from "./app.js";
import { firstLanguage, speak } from "./language.js";
import { html, render } from "./view.js";

await speak(firstLanguage());
render(html`<${App} />`, document.getElementById("app"));
