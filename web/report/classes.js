import { absent, choice, el, svg, table } from "./dom.js";
import { change, count, seconds, three } from "./format.js";
import { data, onView, rows } from "./names.js";
import { color } from "./palette.js";
import { intervalText, isNoise } from "./summary.js";
import { onTheme } from "./theme.js";

const figures = [["mean TTFT", "ttft", "ttftChange", seconds], ["mean E2E", "e2e", "e2eChange", seconds], ["mean slowdown", "slowdown", "slowdownChange", three]];
const shapes = ["circle", "square", "diamond", "triangle"];
let figureChosen = 0;

// A marker of its own for each combination, beside its colour.
function marker(shape, x, y, fill) {
  const d = shape === "square" ? `M${x - 4.5} ${y - 4.5}h9v9h-9z` : shape === "diamond" ? `M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}z` : `M${x} ${y - 6}L${x + 5.5} ${y + 4.5}H${x - 5.5}z`;
  return shape === "circle" ? svg("circle", { cx: x, cy: y, r: 5, fill }) : svg("path", { d, fill });
}

// Dots with their intervals on a logarithmic axis of ratios: twice as long and half as long are equally far from the middle.
function dots(kind, key, title, width) {
  const challengers = rows().map((row, i) => ({ row, i })).slice(1);
  const names = [...new Set(rows().flatMap((row) => row.classes.filter((one) => one.kind === kind).map((one) => one.name)))];
  const items = names.flatMap((name) => challengers.map(({ row, i }) => ({ name, row, i, one: row.classes.find((other) => other.kind === kind && other.name === name) }))).filter(({ one }) => one?.[key]?.ratio > 0);
  if (items.length === 0) {
    return null;
  }

  const ends = items.flatMap(({ one }) => [one[key].ratio, one[key].low, one[key].high]).filter((v) => v > 0 && v < 100);
  const reach = Math.min(Math.log(20), Math.max(Math.log(1.25), ...ends.map((v) => Math.abs(Math.log(v)) * 1.05)));
  const names0 = width < 520 ? 96 : 150;
  const [high, gap, head] = [17, 10, 24];
  const plot = width - names0 - 14;
  const xOf = (ratio) => names0 + plot / 2 + (Math.max(-reach, Math.min(reach, Math.log(ratio))) / reach) * (plot / 2);
  const tall = head + names.length * (challengers.length * high + gap);
  const ticks = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.33, 2, 4, 10, 20].filter((tick) => Math.abs(Math.log(tick)) <= reach);
  const kept = [];
  for (const tick of [1, ...ticks.filter((one) => one !== 1).sort((a, b) => Math.abs(Math.log(b)) - Math.abs(Math.log(a)))]) {
    if (kept.every((other) => Math.abs(xOf(other) - xOf(tick)) > 52)) {
      kept.push(tick);
    }
  }

  const parts = kept.map((tick) => [
    svg("line", { x1: xOf(tick), x2: xOf(tick), y1: head, y2: tall + 4, class: tick === 1 ? "even" : "gridline" }),
    svg("text", { x: xOf(tick), y: tall + 18, class: "middle" }, tick === 1 ? "the same" : change(tick).replace(".0%", "%")),
  ]);
  names.forEach((name, n) => {
    const y0 = head + n * (challengers.length * high + gap);
    parts.push(svg("text", { x: names0 - 8, y: y0 + (challengers.length * high) / 2 + 4, class: "end" }, name.length > 22 ? `${name.slice(0, 21)}…` : name, svg("title", {}, name)));
    challengers.forEach(({ row, i }, c) => {
      const one = row.classes.find((other) => other.kind === kind && other.name === name);
      if (!(one?.[key]?.ratio > 0)) {
        return;
      }

      const y = y0 + c * high + high / 2;
      const of = one[key];
      parts.push(svg("g", { class: "dot" },
        svg("title", {}, `${row.name}, ${name}: ${change(of.ratio)}${intervalText(of) ? ` (${intervalText(of)})` : ", too few requests for an interval"}`),
        of.low > 0 ? svg("line", { x1: xOf(of.low), x2: xOf(of.high), y1: y, y2: y, stroke: color(i), "stroke-width": 2.5, "stroke-dasharray": isNoise(of) ? "3 3" : null }) : null,
        marker(shapes[c % shapes.length], xOf(of.ratio), y, isNoise(of) ? "var(--ink2)" : color(i))));
    });
  });
  const axis = `${title} against ${rows()[0].name} (change, log)`;
  return el("figure", { "data-chart": `classes-${kind}` },
    el("figcaption", {}, el("strong", {}, kind === "prompt" ? "By prompt length (tokens)" : "By tenant")),
    el("div", { class: "legend" }, challengers.map(({ row, i }, c) => el("span", { class: "key" }, svg("svg", { width: 14, height: 14, viewBox: "0 0 14 14" }, marker(shapes[c % shapes.length], 7, 7, color(i))), row.name))),
    svg("svg", { viewBox: `0 0 ${width} ${tall + 46}`, width, height: tall + 46, role: "img", "aria-label": `${axis}, ${kind === "prompt" ? "by prompt length" : "by tenant"}` },
      svg("text", { x: names0 + 4, y: 12, class: "start good-text" }, "← better"), svg("text", { x: names0 + plot - 4, y: 12, class: "end bad-text" }, "worse →"),
      ...parts.flat(), svg("text", { x: names0 + plot / 2, y: tall + 38, class: "middle axis-label" }, width < 700 ? `${title}, change (log)` : axis)));
}

export function classSection(host) {
  let width = 0;
  const draw = () => {
    const head = el("h2", {}, "Who wins and who loses");
    if (data.absent.classes) {
      host.replaceChildren(head, absent("classes of requests", data.absent.classes));
      return;
    }

    width = Math.max(300, host.clientWidth);
    const [title, key, changeKey, spell] = figures[figureChosen];
    const kinds = [...new Set(rows().flatMap((row) => row.classes.map((one) => one.kind)))];
    const tableOf = (kind) => {
      const names = [...new Set(rows().flatMap((row) => row.classes.filter((one) => one.kind === kind).map((one) => one.name)))];
      return table(`${title} by ${kind === "prompt" ? "prompt length, tokens" : "tenant"}; all seeds together`, [kind === "prompt" ? "Prompt" : "Tenant", "Requests", ...rows().map((row) => row.name)],
        names.map((name) => {
          const cells = rows().map((row) => row.classes.find((one) => one.kind === kind && one.name === name));
          return [name, count(cells.find(Boolean)?.requests), ...cells.map((one) => (!one || one.completed === 0 ? "–" : `${spell(one[key])}${one[changeKey] ? ` (${change(one[changeKey].ratio)})` : ""}`))];
        }));
    };
    host.replaceChildren(head,
      el("p", { class: "how" }, rows().length > 1 ? `Left of the middle is better than ${rows()[0].name}. Lines are 95% intervals; grey dots on broken lines are within noise, and a dot without a line has too few requests for an interval.` : "One combination has nothing to compare with; here are its figures."),
      choice("Figure", figures.map(([name]) => name), figureChosen, (i) => {
        figureChosen = i;
        draw();
      }),
      ...kinds.map((kind) => (rows().length > 1 ? dots(kind, changeKey, title, width) : null)).filter(Boolean),
      ...kinds.map(tableOf));
  };
  onView(draw);
  onTheme(draw);
  new ResizeObserver(() => Math.abs(Math.max(300, host.clientWidth) - width) > 1 && draw()).observe(host);
}
