import { absent, el } from "./dom.js";
import { percent, three, tickNumber } from "./format.js";
import { data, onView, point, rows } from "./names.js";
import { color } from "./palette.js";
import { onTheme } from "./theme.js";

const mostTicks = 5;

// Round steps of which at most that many fit.
export function roundTicks(most) {
  const raw = most / mostTicks;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}

export function goodputSection(host) {
  const draw = () => {
    const title = "Goodput";
    if (!data.slo && !data.absent.slo) {
      host.replaceChildren(el("h2", {}, title), absent("how many requests were served well", data.absent.goodput));
      return;
    }

    const most = Math.max(...rows().map((row) => row.figures.goodputRequestsPerSecond));
    const label = "requests per second that met the SLO";
    const body = most > 0 ? el("figure", { class: "bars", "data-chart": "goodput", role: "img", "aria-label": `${title}: ${label}. ${rows().map((row) => `${row.name} ${three(row.figures.goodputRequestsPerSecond)}`).join(", ")}` },
      point().ranking.map((i) => [
        el("span", { class: "bar-name" }, rows()[i].name),
        el("span", { class: "track" },
          el("span", { class: "fill", style: `width:${(100 * rows()[i].figures.goodputRequestsPerSecond) / most}%;background:${color(i)}` })),
        el("span", { class: "bar-value" }, `${three(rows()[i].figures.goodputRequestsPerSecond)}/s, ${percent(rows()[i].figures.sloAttainment)} of requests`),
      ]),
      el("span", { class: "bar-name" }),
      el("span", { class: "axis" }, roundTicks(most).map((tick) => el("span", { style: `left:${(100 * tick) / most}%` }, tickNumber(tick)))),
      el("span", { class: "bar-value" }),
      el("span", { class: "bar-name" }), el("span", { class: "axis-label" }, label), el("span", { class: "bar-value" }))
      : el("p", { class: "absent" }, "No request met the bounds.");
    host.replaceChildren(el("h2", {}, title),
      el("p", { class: "how" }, data.slo ? `Requests that met every bound of ${data.slo}, per second of the run. Higher is better.` : `Higher is better. Note: ${data.absent.slo}.`), body);
  };
  onView(draw);
  onTheme(draw);
}
