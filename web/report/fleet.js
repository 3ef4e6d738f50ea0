import { lineChart, place } from "./chart.js";
import { absent, choice, el } from "./dom.js";
import { count, percent, three, tickNumber } from "./format.js";
import { changeView, chosen, data, onView, rows, view } from "./names.js";

const queueFigures = [
  ["most requests waiting", (one) => one.mostWaiting, "requests waiting (most)"],
  ["mean of requests waiting", (one) => one.waiting, "requests waiting (mean)"],
  ["mean of requests running", (one) => one.running, "requests running (mean)"],
];
let queueChosen = 0;

export function rowChoice(label) {
  return rows().length > 1 ? choice(label, rows().map((row) => row.name), view.row, (row) => changeView({ row })) : "";
}

export function fleetSection(host) {
  onView(() => {
    const head = el("h2", {}, "KV cache and queues over time");
    const series = chosen().series;
    if (!series) {
      place(host, head, rowChoice("Combination"), absent("replicas over time", data.absent.series ?? "compare fewer combinations at a time: the page draws the first 64"));
      return;
    }

    const xs = Array.from({ length: series.replicas[0].kv.length }, (_, i) => (i + 0.5) * series.bucketSeconds);
    const x = { label: "time since the start (s)", values: xs, format: tickNumber, spell: (v) => `${three(v)} s` };
    const draw = () => {
      const [title, of, label] = queueFigures[queueChosen];
      const shown = series.replicas.length < series.fleetReplicas ? ` Of ${count(series.fleetReplicas)} replicas the first ${series.replicas.length} are drawn.` : "";
      place(host, head,
        el("p", { class: "how" }, `One line for each replica, seed ${data.seeds[0]}. A point stands for ${three(series.bucketSeconds)} s; means are exact, and of the queue the longest moment is kept.${shown}`),
        rowChoice("Combination"),
        lineChart({
          name: "kv", title: `KV cache in use: ${chosen().name}`, height: 240, x,
          y: { label: "KV cache in use (%)", format: (v) => `${tickNumber(Number((100 * v).toPrecision(4)))}%`, spell: percent },
          series: series.replicas.map((one, i) => ({ name: `replica ${i}`, values: one.kv })),
        }),
        choice("Queue", queueFigures.map(([name]) => name), queueChosen, (i) => {
          queueChosen = i;
          draw();
        }),
        lineChart({
          name: "queue", title: `${title[0].toUpperCase()}${title.slice(1)}: ${chosen().name}`, height: 240, x,
          y: { label, format: tickNumber, spell: three },
          series: series.replicas.map((one, i) => ({ name: `replica ${i}`, values: of(one) })),
        }));
    };
    draw();
  });
}
