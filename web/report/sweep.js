import { lineChart, place } from "./chart.js";
import { absent, choice, el } from "./dom.js";
import { percent, seconds, three, tickNumber, tickSeconds } from "./format.js";
import { data, onView, pointAxis } from "./names.js";

const fewestForKnee = 4;
const leastRise = 1.5;

const metrics = [
  ["mean TTFT", (f) => f.ttftSeconds.mean, "mean TTFT (log)", tickSeconds, seconds, false],
  ["p99 TTFT", (f) => f.ttftSeconds.p99, "p99 TTFT (log)", tickSeconds, seconds, false],
  ["mean TPOT", (f) => f.tpotSeconds.mean, "mean TPOT (log)", tickSeconds, seconds, false],
  ["mean E2E", (f) => f.e2eSeconds.mean, "mean E2E (log)", tickSeconds, seconds, false],
  ["output tokens/s", (f) => f.outputTokensPerSecond, "output tokens per second", tickNumber, three, true],
  ["goodput", (f) => f.goodputRequestsPerSecond, "requests per second that met the SLO", tickNumber, three, true],
  ["SLO met", (f) => f.sloAttainment, "requests that met the SLO (%)", (v) => `${tickNumber(100 * v)}%`, percent, true],
];
let metricChosen = 0;

// The knee: the point farthest from the straight line between the ends, on the side where things turn worse.
export function kneeOf(xs, ys, higherIsBetter) {
  const last = xs.length - 1;
  const low = Math.min(...ys);
  const high = Math.max(...ys);
  if (xs.length < fewestForKnee || ys.some((y) => y === null) || !(high >= leastRise * low)) {
    return null;
  }

  let knee = null;
  let farthest = 0.05;
  for (let i = 1; i < last; i++) {
    const x = (xs[i] - xs[0]) / (xs[last] - xs[0]);
    const onLine = ys[0] + x * (ys[last] - ys[0]);
    const distance = (higherIsBetter ? ys[i] - onLine : onLine - ys[i]) / (high - low);
    if (distance > farthest) {
      [knee, farthest] = [i, distance];
    }
  }

  return knee;
}

export function sweepSection(host) {
  onView(() => {
    if (data.points.length < 2) {
      place(host, el("h2", {}, "Load sweep"), absent("how the figures change with the arrival rate", data.absent.sweep));
      return;
    }

    const offered = metrics.filter(([name]) => data.slo || (name !== "goodput" && name !== "SLO met"));
    const draw = () => {
      const [name, of, label, format, spell, higherIsBetter] = offered[metricChosen];
      const axis = pointAxis();
      const sorted = [...data.points].sort((a, b) => a[axis.key] - b[axis.key]);
      const xs = sorted.map((one) => one[axis.key]);
      const names = [...new Set(sorted.flatMap((one) => one.rows.map((row) => row.name)))];
      const series = names.map((row, hue) => ({ name: row, hue, values: sorted.map((one) => {
        const figures = one.rows.find((other) => other.name === row)?.figures;
        const value = figures && figures.completed > 0 ? of(figures) : null;
        return value > 0 || higherIsBetter ? value : null;
      }) }));
      const rings = series.map((one, i) => ({ series: i, index: kneeOf(xs, one.values, higherIsBetter), label: "knee" })).filter((ring) => ring.index !== null);
      const told = rings.map((ring) => `${series[ring.series].name}: ${three(xs[ring.index])}`).join("; ");
      place(host,
        el("h2", {}, "Load sweep"),
        el("p", { class: "how" }, "What each combination gives as requests arrive faster. The knee is the point farthest from the straight line between the ends of a curve: beyond it, a little more load costs much."),
        choice("Figure", offered.map(([title]) => title), metricChosen, (i) => {
          metricChosen = i;
          draw();
        }),
        lineChart({
          name: "sweep", title: `${name} by arrival rate`, points: true, rings, height: 340,
          x: { label: axis.label, values: xs, format: tickNumber, spell: (v) => `at ${three(v)}` },
          y: { label, format, spell, log: !higherIsBetter },
          series,
        }),
        el("p", { class: "how", "data-knees": rings.length }, told ? `Knees, by ${axis.label}: ${told}.` : "No curve bends clearly within these rates, so no knee is marked."));
    };
    draw();
  });
}
