// People who are invited by their address: they become members when they sign in.
import { remove } from "../api.js";
import { day, t } from "../language.js";
import { Question } from "../question.js";
import { path } from "../router.js";
import { html, useState } from "../view.js";
import { RoleTable } from "./role_table.js";

/** The invitations of a project or group, as `useAll` has loaded them; nothing if there are none. */
export function Invitations({ namespace, invitations }) {
  const [withdrawing, setWithdrawing] = useState(null);
  const { value, error, reload } = invitations;
  const isOver = (one) => new Date(one.valid_until) < new Date();
  return html`<section>
    ${error && html`<p class="error" role="alert">${error.message || t("problem.unreachable.text")}</p>`}
    ${
      value?.length > 0 &&
      html`<h2>${t("invitations")}</h2>
        <p class="quiet">${t("invitations.lead")}</p>
        <${RoleTable}
          label=${t("invitations")}
          headings=${[t("email-address"), t("invitations.valid")]}
          role=${t("members.role")}
          rows=${value.map((one) => ({
            key: one.id,
            cells: [
              one.email,
              t(isOver(one) ? "invitations.over" : "invitations.until", { date: day(one.valid_until) }),
            ],
            role: one.role,
            until: one.expires_at,
            actions: [
              {
                verb: t("invitations.withdraw"),
                label: t("invitations.withdraw.named", { address: one.email }),
                act: () => setWithdrawing(one),
              },
            ],
          }))}
        />`
    }
    ${
      withdrawing &&
      html`<${Question}
        title=${t("invitations.withdraw.title")}
        verb=${t("invitations.withdraw")}
        act=${() => remove(path`/namespaces/${namespace.id}/invitations/${withdrawing.id}`)}
        onDone=${reload}
        onClose=${() => setWithdrawing(null)}
      >
        <p>${t("invitations.withdraw.text")} <strong><bdi>${withdrawing.email}</bdi></strong></p>
      <//>`
    }
  </section>`;
}
