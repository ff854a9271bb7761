// Create Export of workflow executions: the button, why it can't be used, and the dialog that it opens.
import { say } from "./announcements.js";
import { t } from "./language.js";
import { mayExport } from "./roles.js";
import { html, useState } from "./view.js";

/**
 * `runs` are exported as those of `namespace`, or as one's own without one. `hindrance`: why they can't be now; a role
 * that is too low is explained before it.
 */
export function ExportRuns({ runs, namespace, hindrance }) {
  const [Opened, setOpened] = useState(null);
  const open = async () => {
    try {
      const module = await import("./dialogs/analysis_export.js");
      setOpened(() => module.default);
    } catch {
      say(t("problem.broken.text"), "error");
    }
  };
  const allowed = !namespace || mayExport(namespace.role);
  const reason = allowed ? hindrance : t("create-export.role", { role: t(`role.${namespace.role}`) });
  return html`<div class="create-export">
      ${reason && html`<span id="create-export-reason" class="quiet small">${reason}</span>`}
      <button
        type="button"
        class="primary"
        aria-disabled=${reason ? "true" : undefined}
        aria-describedby=${reason ? "create-export-reason" : undefined}
        onClick=${() => !reason && open()}
      >
        ${t("create-export")}
      </button>
    </div>
    ${Opened && html`<${Opened} namespace=${namespace} runs=${runs} onClose=${() => setOpened(null)} />`}`;
}
