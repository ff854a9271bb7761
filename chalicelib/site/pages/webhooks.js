// Webhooks: addresses that get a signed request when something happens to one's exports, or in a project or group.

import { say, sayRefused } from "../announcements.js";
import { patch, post, query, remove } from "../api.js";
import { CopyButton } from "../clipboard.js";
import { Dialog } from "../dialog.js";
import { day, list as listed, t } from "../language.js";
import { useLoaded } from "../loading.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { ProblemPage } from "../problem_page.js";
import { Question } from "../question.js";
import { address, path } from "../router.js";
import { html, useId, useState } from "../view.js";
import { When } from "../when.js";

const EVENTS = [
  "export.ready",
  "export.failed",
  "export.expiring",
  "workflow_execution.completed",
  "workflow_execution.failed",
];
const LOOKS = { delivered: "ready", failed: "failed", pending: "processing" };
const SHOWN = 20; // deliveries
const SOON = 2_000;

export default function Webhooks({ namespace }) {
  const source = namespace ? path`/namespaces/${namespace.id}/webhooks` : "/me/webhooks";
  const list = useLoaded(source + query({ limit: 100 }));
  const [secret, setSecret] = useState(null);
  const items = list.value?.items;
  if (list.error && !items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  const onSecret = (webhook) => {
    setSecret(webhook.secret);
    list.reload();
  };
  return html`
    <${PageHeading} title=${t("webhooks")} trail=${namespace && trailOf(namespace)} />
    <p class="lead">
      ${t(namespace ? "webhooks.lead.namespace" : "webhooks.lead")} ${" "}
      <a href="https://www.standardwebhooks.com/" rel="noreferrer">Standard Webhooks</a>,${" "}
      <a href=${address("/reference")}>${t("tokens.reference")}</a>
    </p>
    <${NewWebhook} source=${source} onMade=${onSecret} />
    ${!items && html`<${Loading} />`}
    ${items?.map(
      (webhook) =>
        html`<${Webhook} key=${webhook.id} webhook=${webhook} onChange=${list.reload} onSecret=${onSecret} />`,
    )}
    ${
      secret &&
      html`<${Dialog} title=${t("webhooks.secret")} onClose=${() => setSecret(null)}>
        <p>${t("webhooks.secret.text")}</p>
        <pre tabindex="0" aria-label=${t("webhooks.secret")}>${secret}</pre>
        <footer>
          <${CopyButton} text=${secret} />
          <button type="button" class="primary" onClick=${() => setSecret(null)}>${t("close")}</button>
        </footer>
      <//>`
    }
  `;
}

function NewWebhook({ source, onMade }) {
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState(EVENTS.slice(0, 3));
  const [problem, setProblem] = useState(null);
  const id = useId();
  const violation = problem?.at?.("/url");
  const tick = (event, on) => setEvents(EVENTS.filter((one) => (one === event ? on : events.includes(one))));
  const submit = async (event) => {
    event.preventDefault();
    setProblem(null);
    try {
      onMade(await post(source, { url: url.trim(), events }));
      setUrl("");
    } catch (refused) {
      if (refused.name !== "AbortError") setProblem(refused);
    }
  };
  return html`<form class="card token-form" onSubmit=${submit}>
    <h2>${t("webhooks.new")}</h2>
    <div class="field search">
      <label for=${`${id}-url`}>${t("webhooks.url")}</label>
      <input
        id=${`${id}-url`}
        type="url"
        required
        maxlength="2000"
        autocomplete="off"
        placeholder="https://"
        value=${url}
        aria-invalid=${violation ? "true" : undefined}
        aria-describedby=${violation ? `${id}-problem` : undefined}
        onInput=${(event) => setUrl(event.target.value)}
      />
    </div>
    <fieldset>
      <legend>${t("webhooks.events")}</legend>
      ${EVENTS.map(
        (event) => html`<label key=${event} class="check">
          <input
            type="checkbox"
            checked=${events.includes(event)}
            onChange=${(change) => tick(event, change.target.checked)}
          />
          <span><span class="code">${event}</span> – ${t(`webhooks.event.${event}`)}</span>
        </label>`,
      )}
    </fieldset>
    ${
      problem &&
      html`<p class="error" role="alert" id=${`${id}-problem`}>
        ${violation ?? (problem.message || t("problem.unreachable.text"))}
      </p>`
    }
    <p><button class="primary" disabled=${!events.length}>${t("webhooks.make")}</button></p>
  </form>`;
}

function Webhook({ webhook, onChange, onSecret }) {
  const [question, setQuestion] = useState(null);
  const [open, setOpen] = useState(false);
  const own = path`/webhooks/${webhook.id}`;
  const deliveries = useLoaded(open ? `${own}/deliveries${query({ limit: SHOWN })}` : null, {
    again: (found) => found?.items.some((one) => one.status === "pending" && one.tries === 0) && SOON,
  });
  const act = async (work) => {
    try {
      await work();
      onChange();
    } catch (refused) {
      if (refused.name !== "AbortError") sayRefused(refused);
    }
  };
  const test = () =>
    act(async () => {
      await post(`${own}/test`, {});
      say(t("webhooks.test.sent"));
      setOpen(true);
      deliveries.reload();
    });
  const titled = `webhook-${webhook.id}`;
  return html`<section class="card webhook" aria-labelledby=${titled}>
    <h2 id=${titled} class="code"><bdi>${webhook.url}</bdi></h2>
    <p>
      <span class="status" data-status=${webhook.enabled ? (webhook.failing_since ? "failed" : "ready") : "over"}>
        ${t(webhook.enabled ? (webhook.failing_since ? "webhooks.failing" : "webhooks.enabled") : "webhooks.disabled")}
      </span>
      ${" "}<span class="quiet small">${listed(webhook.events)} · ${day(webhook.created_at)}</span>
    </p>
    ${webhook.disabled_reason && html`<p>${t(`webhooks.reason.${webhook.disabled_reason}`)}</p>`}
    <p class="actions">
      <button type="button" onClick=${test} aria-describedby=${titled}>${t("webhooks.test")}</button>
      <button
        type="button"
        aria-describedby=${titled}
        onClick=${() => act(() => patch(own, { enabled: !webhook.enabled }))}
      >
        ${t(webhook.enabled ? "webhooks.disable" : "webhooks.enable")}
      </button>
      <button type="button" aria-describedby=${titled} onClick=${() => setQuestion("rotate")}>
        ${t("webhooks.rotate")}
      </button>
      <button type="button" aria-describedby=${titled} onClick=${() => setQuestion("delete")}>${t("delete")}</button>
    </p>
    <details open=${open} onToggle=${(event) => setOpen(event.target.open)}>
      <summary>${t("webhooks.deliveries")}</summary>
      <${Deliveries} of=${deliveries} own=${own} act=${act} />
    </details>
    ${
      question === "delete" &&
      html`<${Question}
        title=${t("webhooks.delete")}
        verb=${t("delete")}
        act=${() => remove(own)}
        onDone=${onChange}
        onClose=${() => setQuestion(null)}
      >
        <p>${t("webhooks.delete.text")} <strong class="code"><bdi>${webhook.url}</bdi></strong></p>
      <//>`
    }
    ${
      question === "rotate" &&
      html`<${Question}
        title=${t("webhooks.rotate.question")}
        verb=${t("webhooks.rotate")}
        act=${async () => onSecret(await post(`${own}/rotate-secret`, {}))}
        onClose=${() => setQuestion(null)}
      >
        <p>${t("webhooks.rotate.text")}</p>
      <//>`
    }
  </section>`;
}

function Deliveries({ of, own, act }) {
  const items = of.value?.items;
  if (of.error && !items) return html`<p class="error" role="alert">${of.error.message}</p>`;
  if (!items) return html`<${Loading} />`;
  if (!items.length) return html`<p class="quiet">${t("webhooks.deliveries.none")}</p>`;
  const again = (delivery) =>
    act(async () => {
      await post(`${own}${path`/deliveries/${delivery.id}/retry`}`, {});
      of.reload();
    });
  return html`<div class="table-place" role="region" aria-label=${t("webhooks.deliveries")} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${t("activity.at")}</th>
            <th scope="col">${t("activity.event")}</th>
            <th scope="col">${t("state")}</th>
            <th scope="col" class="amount">${t("webhooks.tries")}</th>
            <th scope="col">${t("webhooks.response")}</th>
            <th scope="col">${t("actions")}</th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (delivery) => html`<tr key=${delivery.id}>
              <td class="moment"><${When} at=${delivery.created_at} /></td>
              <td class="code" title=${delivery.id}>${delivery.event}</td>
              <td>
                <span class="status" data-status=${LOOKS[delivery.status]}>
                  ${t(`webhooks.status.${delivery.status}`)}
                </span>
              </td>
              <td class="amount">${delivery.tries}</td>
              <td><bdi>${delivery.error ?? delivery.status_code ?? ""}</bdi></td>
              <td>
                ${
                  delivery.status === "failed" &&
                  html`<button type="button" class="link" onClick=${() => again(delivery)}>
                    ${t("webhooks.retry")}
                  </button>`
                }
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      of.value.total > items.length &&
      html`<p class="quiet small">${t("shown", { from: 1, to: items.length, total: of.value.total })}</p>`
    }`;
}
