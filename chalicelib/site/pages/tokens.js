// Personal access tokens: what scripts sign in with.

import { post, remove } from "../api.js";
import { CopyButton } from "../clipboard.js";
import { Dialog } from "../dialog.js";
import { day, list as listed, t } from "../language.js";
import { Pager, SortHeader, useList } from "../lists.js";
import { Loading, PageHeading } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Question } from "../question.js";
import { address, path } from "../router.js";
import { html, useId, useState } from "../view.js";

const SCOPES = ["read", "export", "catalog"];
const DAY = 86_400_000;

export default function Tokens() {
  const list = useList("/me/tokens", { sort: "-created_at" });
  const [secret, setSecret] = useState(null);
  const [deleting, setDeleting] = useState(null);
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  return html`
    <${PageHeading} title=${t("tokens")} />
    <p class="lead">${t("tokens.lead")} <a href=${address("/reference")}>${t("tokens.reference")}</a></p>
    <${NewToken}
      onMade=${(made) => {
        setSecret(made);
        list.reload();
      }}
    />
    ${!list.items && html`<${Loading} />`}
    ${
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t("tokens")} tabindex="0">
        <table>
          <thead>
            <tr>
              <${SortHeader} list=${list} by="name">${t("name")}<//>
              <th scope="col">${t("tokens.scopes")}</th>
              <${SortHeader} list=${list} by="created_at">${t("created")}<//>
              <th scope="col">${t("expires")}</th>
              <th scope="col">${t("actions")}</th>
            </tr>
          </thead>
          <tbody>
            ${list.items.map(
              (one) => html`<tr key=${one.id}>
                <td class="name" id=${`token-${one.id}`}><bdi>${one.name}</bdi></td>
                <td>${listed(one.scopes)}</td>
                <td class="moment">${day(one.created_at)}</td>
                <td class="moment">${one.expires_at ? day(one.expires_at) : t("never")}</td>
                <td>
                  <button
                    type="button"
                    class="link"
                    aria-describedby=${`token-${one.id}`}
                    onClick=${() => setDeleting(one)}
                  >
                    ${t("delete")}
                  </button>
                </td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <${Pager} list=${list} />`
    }
    ${secret && html`<${Secret} made=${secret} onClose=${() => setSecret(null)} />`}
    ${
      deleting &&
      html`<${Question}
        title=${t("tokens.delete")}
        verb=${t("delete")}
        act=${() => remove(path`/me/tokens/${deleting.id}`)}
        onDone=${list.reload}
        onClose=${() => setDeleting(null)}
      >
        <p>${t("tokens.delete.text")} <strong><bdi>${deleting.name}</bdi></strong></p>
      <//>`
    }
  `;
}

function NewToken({ onMade }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["read", "export"]);
  const [days, setDays] = useState("30");
  const [problem, setProblem] = useState(null);
  const id = useId();
  const violation = problem?.at?.("/name");
  const tick = (scope, on) => setScopes(SCOPES.filter((one) => (one === scope ? on : scopes.includes(one))));
  const submit = async (event) => {
    event.preventDefault();
    setProblem(null);
    const expires = days ? { expires_at: new Date(Date.now() + Number(days) * DAY).toISOString() } : {};
    try {
      onMade(await post("/me/tokens", { name, scopes, ...expires }));
      setName("");
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
    }
  };
  return html`<form class="card token-form" onSubmit=${submit}>
    <h2>${t("tokens.new")}</h2>
    <div class="filters">
      <div class="field search">
        <label for=${`${id}-name`}>${t("name")}</label>
        <input
          id=${`${id}-name`}
          required
          maxlength="255"
          autocomplete="off"
          value=${name}
          aria-invalid=${violation ? "true" : undefined}
          onInput=${(event) => setName(event.target.value)}
        />
      </div>
      <div class="field">
        <label for=${`${id}-days`}>${t("expires")}</label>
        <select id=${`${id}-days`} value=${days} onChange=${(event) => setDays(event.target.value)}>
          ${["7", "30", "365"].map(
            (n) =>
              html`<option key=${n} value=${n} selected=${n === days}>${t("tokens.in-days", { n: Number(n) })}</option>`,
          )}
          <option value="">${t("never")}</option>
        </select>
      </div>
    </div>
    <fieldset>
      <legend>${t("tokens.scopes")}</legend>
      ${SCOPES.map(
        (scope) => html`<label key=${scope} class="check">
          <input
            type="checkbox"
            checked=${scopes.includes(scope)}
            onChange=${(event) => tick(scope, event.target.checked)}
          />
          <span><span class="code">${scope}</span> – ${t(`scope.${scope}`)}</span>
        </label>`,
      )}
    </fieldset>
    ${problem && html`<p class="error" role="alert">${violation ?? (problem.message || t("problem.unreachable.text"))}</p>`}
    <p><button class="primary" disabled=${!scopes.length}>${t("tokens.make")}</button></p>
  </form>`;
}

function Secret({ made, onClose }) {
  return html`<${Dialog} title=${t("tokens.secret")} onClose=${onClose}>
    <p>${t("tokens.secret.text")}</p>
    <pre tabindex="0" aria-label=${t("tokens.secret")}>${made.token}</pre>
    <footer>
      <${CopyButton} text=${made.token} />
      <button type="button" class="primary" onClick=${onClose}>${t("close")}</button>
    </footer>
  <//>`;
}
