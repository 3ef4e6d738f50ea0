import { lineChart, place } from "./chart.js";
import { el } from "./dom.js";
import { seconds, three, tickNumber, tickSeconds } from "./format.js";

const hourSeconds = 3600;
const fewestSeconds = 60;
const chartHeight = 230;

// Charts over the last hour. Slots in which nothing happened are gaps.
export function latencyView(host) {
  const places = el("div", { class: "charts" });
  host.append(el("p", { class: "how" }, "Slots of ten seconds, kept by the gateway; percentiles are right to about 8%. TTFT of streamed answers, TPOT and tokens when an answer ends."), places);
  const ago = (at) => (at === 0 ? "now" : at > -120 ? `−${tickNumber(Math.round(-at))} s` : `−${tickNumber(Math.round(-at / 60))} min`);
  const time = { label: "time before now", format: ago, spell: ago };
  const duration = { format: tickSeconds, spell: seconds, log: true };
  const empty = [-fewestSeconds, 0];
  const spec = (name, title, y, series) => ({
    name, title, x: { ...time, values: empty }, y, series: series.map((one, i) => ({ name: one, hue: i, values: [null, null] })), points: true, gaps: true, height: chartHeight,
  });
  const charts = [
    [lineChart(spec("ttft", "Time to first token", { ...duration, label: "TTFT" }, ["p50", "p99"])), (point) => [point.ttftP50, point.ttftP99]],
    [lineChart(spec("tpot", "Time per output token", { ...duration, label: "TPOT" }, ["p50", "p99"])), (point) => [point.tpotP50, point.tpotP99]],
    [lineChart(spec("tokens", "Output", { label: "tokens per second", format: tickNumber, spell: three }, ["of answers that ended"])), (point) => [point.seconds > 0.5 ? point.outputTokens / point.seconds : null]],
  ];
  place(places, charts.map(([figure]) => figure));
  return {
    show({ points }) {
      const start = -Math.max(fewestSeconds, Math.min(hourSeconds, (points[0]?.ageSeconds ?? 0) * 1.05));
      const xs = [start];
      const kept = [null];
      points.forEach((point, i) => {
        if (i > 0 && points[i - 1].ageSeconds - point.ageSeconds > 15) {
          xs.push(-(points[i - 1].ageSeconds + point.ageSeconds) / 2);
          kept.push(null);
        }

        xs.push(-point.ageSeconds);
        kept.push(point);
      });
      xs.push(0);
      kept.push(null);
      for (const [figure, read] of charts) {
        const lines = kept.map((point) => (point ? read(point) : null));
        figure.update(xs, figure.chart.series.slice(1).map((_, i) => lines.map((line) => line?.[i] ?? null)));
      }
    },
  };
}
