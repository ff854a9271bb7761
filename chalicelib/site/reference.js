// The API's reference: its own description, shown by Swagger UI. "Try it out" takes a personal access token.
/** @type {any} */
const { SwaggerUIBundle } = globalThis;
const { base, theme } = document.documentElement.dataset;
const root = `${base}/api/v1`;
const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", theme ? theme === "dark" : dark.matches);

dress();
dark.addEventListener("change", dress);
const answer = await fetch(`${root}/openapi.json`);
SwaggerUIBundle({
  spec: { ...(await answer.json()), servers: [{ url: root }] },
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
});

export {}; // a module, for `tsc`
