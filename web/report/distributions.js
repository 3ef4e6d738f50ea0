import { lineChart, place } from "./chart.js";
import { absent, el } from "./dom.js";
import { seconds, tickSeconds } from "./format.js";
import { data, onView, rows } from "./names.js";

const perNine = 40;
const toNines = (share) => -Math.log10(1 - share);
const marks = [[0.5, "p50"], [0.9, "p90"], [0.99, "p99"]].map(([share, label]) => ({ x: toNines(share), label }));
const ticks = [[0, "0%", 9], [toNines(0.5), "50%", 3], [1, "90%", 8], [toNines(0.95), "95%", 2], [2, "99%", 7], [3, "99.9%", 6], [4, "99.99%", 5], [5, "99.999%", 4], [6, "99.9999%", 3], [7, "99.99999%", 2]];

function shareText(nines) {
  const known = ticks.find(([at]) => Math.abs(at - nines) < 1e-6);
  return known ? known[1] : `${Number((100 * (1 - 10 ** -nines)).toPrecision(nines > 2 ? 6 : 4))}%`;
}

// One long list of quantiles, of which a combination with fewer requests has fewer.
function curve(one, length) {
  return Array.from({ length }, (_, i) => (i < one.seconds.length - 1 ? one.seconds[i] : i === one.seconds.length - 1 ? one.max : null)).map((v) => (v > 0 ? v : null));
}

function chartOf(name, title, of, summary) {
  const exact = rows().filter((row) => row.curves);
  const xLabel = "share of requests at least as fast";
  if (exact.length > 0) {
    // The axis reaches p99 even where there are too few requests for it; few points are drawn as dots.
    const longest = Math.max(...exact.map((row) => of(row.curves).seconds.length));
    const length = Math.max(longest, 2 * perNine + 1);
    return longest === 0 ? null : lineChart({
      name, title, marks, height: 320, points: longest <= perNine / 2,
      x: { label: xLabel, values: Array.from({ length }, (_, i) => i / perNine), format: shareText, spell: (v) => `${shareText(v)} of requests`, ticks: ticks.map(([at, , rank]) => ({ at, rank })) },
      y: { label: `${title.split(" (")[0].toLowerCase()} (log)`, format: tickSeconds, spell: seconds, log: true },
      series: rows().map((row, hue) => ({ row, hue })).filter(({ row }) => row.curves).map(({ row, hue }) => ({ name: row.name, hue, values: curve(of(row.curves), length) })),
    });
  }

  // Documents hold four points of each distribution: they are drawn as points.
  const shown = rows().map((row, hue) => ({ row, hue })).filter(({ row }) => row.figures.completed > 0);
  const last = Math.max(2.3, ...shown.map(({ row }) => Math.log10(row.figures.completed)));
  return shown.length === 0 ? null : lineChart({
    name, title, marks, points: true,
    x: { label: xLabel, values: [toNines(0.5), 1, 2, last], format: shareText, spell: (v) => (v === last ? "the slowest request" : `${shareText(v)} of requests`), ticks: ticks.map(([at, , rank]) => ({ at, rank })) },
    y: { label: `${title.split(" (")[0].toLowerCase()} (log)`, format: tickSeconds, spell: seconds, log: true },
    series: shown.map(({ row, hue }) => ({ name: row.name, hue, values: [summary(row).p50, summary(row).p90, summary(row).p99, summary(row).max].map((v) => (v > 0 ? v : null)) })),
  });
}

export function distributionSection(host) {
  onView(() => {
    const charts = [
      chartOf("ttft", "Time to first token (TTFT)", (curves) => curves.ttft, (row) => row.figures.ttftSeconds),
      chartOf("tpot", "Time per output token (TPOT)", (curves) => curves.tpot, (row) => row.figures.tpotSeconds),
      chartOf("e2e", "End-to-end time (E2E)", (curves) => curves.e2e, (row) => row.figures.e2eSeconds),
    ];
    place(host,
      el("h2", {}, "How long requests took"),
      el("p", { class: "how" }, "Lower is better. To the right lie the unlucky: where a line crosses the mark p99, one request in a hundred was slower."),
      data.absent.curves && charts.some(Boolean) ? absent("whole curves", data.absent.curves) : "",
      charts.some(Boolean) ? charts : el("p", { class: "absent" }, "No request completed, so there are no times to draw."));
  });
}
