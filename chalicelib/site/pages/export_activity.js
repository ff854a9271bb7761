// Who exported what from a project or group, for its maintainers: a picture of the last weeks, and every event.
import { query } from "../api.js";
import { day, number, shortDay, t } from "../language.js";
import { Pager, useList } from "../lists.js";
import { useLoaded } from "../loading.js";
import { Loading, PageHeading, trailOf } from "../page.js";
import { perDay } from "../per_day.js";
import { ProblemPage } from "../problem_page.js";
import { path } from "../router.js";
import { html } from "../view.js";
import { When } from "../when.js";

const DAYS = 30;
const MOST = 1000; // events of the picture
const WIDTH = 600;
const HEIGHT = 120;

export default function ExportActivity({ namespace }) {
  const source = path`/namespaces/${namespace.id}/export-events`;
  const list = useList(source);
  const { value: recent } = useLoaded(source + query({ limit: MOST }));
  if (list.error && !list.items) return html`<${ProblemPage} error=${list.error} retry=${list.reload} />`;
  return html`
    <${PageHeading} title=${t("activity")} trail=${trailOf(namespace)} />
    <p class="lead">${t("activity.lead")}</p>
    ${recent?.items.length > 0 && html`<${Chart} days=${perDay(recent.items, Date.now(), DAYS)} />`}
    ${!list.items && html`<${Loading} />`}
    ${list.items?.length === 0 && html`<p class="empty">${t("activity.none")}</p>`}
    ${
      list.items?.length > 0 &&
      html`<div class="table-place" role="region" aria-label=${t("activity")} tabindex="0">
        <table class="cards-table unsorted">
          <thead>
            <tr>
              <th scope="col">${t("activity.at")}</th>
              <th scope="col">${t("activity.event")}</th>
              <th scope="col">${t("activity.person")}</th>
              <th scope="col">${t("export")}</th>
              <th scope="col">${t("activity.address")}</th>
            </tr>
          </thead>
          <tbody>
            ${list.items.map(
              (event, place) => html`<tr key=${`${event.export_id} ${event.at} ${place}`}>
                <td class="moment" data-label=${t("activity.at")}><${When} at=${event.at} /></td>
                <td class="name">${t(`event.${event.action}`)}</td>
                <td data-label=${t("activity.person")}><bdi>${event.actor_name ?? t("activity.system")}</bdi></td>
                <td class="code" data-label=${t("export")} title=${event.export_id}>${event.export_id.slice(0, 8)}</td>
                <td class="code" data-label=${t("activity.address")}>${event.source_ip ?? ""}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
    <${Pager} list=${list} />
  `;
}

/** Exports created on each day, as bars; the same in words for those who don't see it. */
function Chart({ days }) {
  const most = Math.max(1, ...days.map((one) => one.count));
  const total = days.reduce((sum, one) => sum + one.count, 0);
  const step = WIDTH / days.length;
  return html`<figure class="chart">
    <figcaption>${t("activity.chart", { n: total, days: days.length })}</figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT + 20}`} role="img" aria-label=${t("activity.chart", { n: total, days: days.length })}>
      <line x1="0" x2=${WIDTH} y1=${HEIGHT} y2=${HEIGHT} />
      ${days.map(({ day: of, count }, place) => {
        const height = (count / most) * (HEIGHT - 16);
        return html`<g key=${place}>
          <title>${`${day(of)} : ${number(count)}`}</title>
          <rect x=${place * step + 2} y=${HEIGHT - height} width=${step - 4} height=${height} rx="2" />
          ${count === most && count > 0 && html`<text x=${place * step + step / 2} y=${HEIGHT - height - 4}>${number(count)}</text>`}
        </g>`;
      })}
      <text x="0" y=${HEIGHT + 16} class="start">${shortDay(days[0].day)}</text>
      <text x=${WIDTH} y=${HEIGHT + 16} class="end">${shortDay(days.at(-1).day)}</text>
    </svg>
  </figure>`;
}
