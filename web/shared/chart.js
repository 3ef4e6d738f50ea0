import { el } from "./dom.js";
import { css, onTheme } from "./theme.js";
import { color, dash } from "./palette.js";

const printedWidth = 680;
const zoomStep = 0.6;

// Line charts with a legend of buttons, a readout, zoom by dragging, by buttons and by keys.
// spec: { name, title, x: { label, format, ticks?, values }, y: { label, format, log }, series: [{ name, values, hue?, dash? }], marks: [{ x, label }], rings: [{ series, index, label }], points, gaps, height }
export function lineChart(spec) {
  const readout = el("p", { class: "readout", "aria-live": "polite" }, `Drag to zoom, double-click to reset; with the keyboard: arrows move, + and − zoom, 0 resets.`);
  const host = el("div", { class: "plot" });
  const box = el("div", { class: "focus", tabindex: "0", role: "img", "aria-label": `${spec.title}. Horizontal: ${spec.x.label}. Vertical: ${spec.y.label}.` }, host);
  const legend = el("div", { class: "legend", role: "group", "aria-label": "Lines shown" });
  const buttons = el("span", { class: "zoom" });
  const figure = el("figure", { "data-chart": spec.name }, el("figcaption", {}, el("strong", {}, spec.title), buttons), legend, box, readout);
  const hues = spec.series.map((one, i) => one.hue ?? i);
  let chart = null;

  const values = (u, axis) => (axis.log ? (v) => (v > 0 ? axis.format(v) : "") : axis.format);
  const options = (width) => ({
    width,
    height: spec.height ?? 300,
    padding: [14, 14, 0, 0],
    cursor: { drag: { x: true, y: false, setScale: true }, points: { size: 8 }, y: false },
    legend: { show: false },
    scales: {
      x: { time: false, range: (u, low, high) => (low === high ? [low - 0.5, high + 0.5] : [low, high]) },
      y: spec.y.log ? { distr: 3, log: 10, range: (u, low, high) => [roundNear(low > 0 ? low : 0.001, false), roundNear(high > 0 ? high * 1.05 : 1, true)] } : { range: (u, low, high) => [Math.min(0, low ?? 0), (high ?? 0) > 0 ? high * 1.06 : 1] },
    },
    axes: [
      {
        label: spec.x.label, labelSize: 22, size: 34, stroke: () => css("--ink"), grid: { stroke: () => css("--line"), width: 1 }, ticks: { stroke: () => css("--line") },
        font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif", space: 54,
        ...(spec.x.ticks ? { splits: (u) => spread(u, spec.x.ticks) } : {}),
        values: (u, splits) => splits.map((v) => (v === null ? "" : spec.x.format(v))),
      },
      {
        label: spec.y.label, labelSize: 20, size: 66, stroke: () => css("--ink"), grid: { stroke: () => css("--line"), width: 1 }, ticks: { stroke: () => css("--line") },
        font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif",
        values: (u, splits) => splits.map((v) => (v === null ? "" : values(u, spec.y)(v))),
      },
    ],
    series: [
      {},
      ...spec.series.map((one, i) => ({
        label: one.name,
        stroke: () => color(hues[i]),
        width: 2,
        dash: one.dash ?? dash(hues[i]),
        points: { show: Boolean(spec.points), size: spec.gaps ? 5 : 7, fill: () => color(hues[i]) },
        spanGaps: !spec.gaps,
      })),
    ],
    hooks: {
      draw: [(u) => drawMarks(u, spec, hues)],
      setCursor: [(u) => tell(u)],
    },
  });

  // Ticks that lie at least that many pixels apart.
  function spread(u, ticks) {
    const { min, max } = u.scales.x;
    const pixels = u.bbox.width / devicePixelRatio / (max - min);
    const kept = [];
    for (const tick of [...ticks].sort((a, b) => b.rank - a.rank)) {
      if (tick.at >= min - 1e-9 && tick.at <= max + 1e-9 && kept.every((other) => Math.abs(other - tick.at) * pixels >= 42)) {
        kept.push(tick.at);
      }
    }

    return kept.sort((a, b) => a - b);
  }

  function tell(u) {
    const i = u.cursor.idx;
    if (i === null || i === undefined) {
      return;
    }

    const shown = spec.series.map((one, s) => [one, s]).filter(([one, s]) => u.series[s + 1].show && one.values[i] !== null && one.values[i] !== undefined);
    readout.replaceChildren(el("strong", {}, (spec.x.spell ?? spec.x.format)(spec.x.values[i])), " ",
      ...shown.map(([one, s]) => el("span", { class: "told" }, el("i", { style: `background:${color(hues[s])}` }), `${one.name}: ${(spec.y.spell ?? spec.y.format)(one.values[i])}`)));
  }

  function zoom(factor) {
    const { min, max } = chart.scales.x;
    const at = chart.cursor.idx !== null && chart.cursor.idx !== undefined ? spec.x.values[chart.cursor.idx] : (min + max) / 2;
    const all = [spec.x.values[0], spec.x.values[spec.x.values.length - 1]];
    chart.setScale("x", { min: Math.max(all[0], at - (at - min) * factor), max: Math.min(all[1], at + (max - at) * factor) });
  }

  function reset() {
    chart.setScale("x", { min: spec.x.values[0], max: spec.x.values[spec.x.values.length - 1] });
  }

  function move(step) {
    const last = spec.x.values.length - 1;
    const index = Math.min(last, Math.max(0, (chart.cursor.idx ?? (step > 0 ? -1 : last + 1)) + step));
    chart.setCursor({ left: chart.valToPos(spec.x.values[index], "x"), top: 10 });
  }

  const keys = {
    ArrowRight: () => move(1), ArrowLeft: () => move(-1), PageDown: () => move(10), PageUp: () => move(-10),
    "+": () => zoom(zoomStep), "=": () => zoom(zoomStep), "-": () => zoom(1 / zoomStep), 0: reset, Home: reset, Escape: reset,
  };
  box.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  for (const [text, label, act] of [["+", "Zoom in", () => zoom(zoomStep)], ["−", "Zoom out", () => zoom(1 / zoomStep)], ["Reset", "Show all", reset]]) {
    buttons.append(el("button", { type: "button", "aria-label": `${label}: ${spec.title}`, onclick: () => act() }, text));
  }

  spec.series.forEach((one, i) => {
    const sample = el("i", { class: "line" });
    const button = el("button", { type: "button", "aria-pressed": "true", onclick: () => {
      const show = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(show));
      chart.setSeries(i + 1, { show });
    } }, sample, one.name);
    const paint = () => sample.replaceChildren(lineSample(hues[i], one.dash));
    figure.addEventListener("paint", paint);
    paint();
    legend.append(button);
  });
  legend.hidden = spec.series.length < 2;

  const resize = (width) => chart.setSize({ width, height: spec.height ?? 300 });
  // Other values in place of those shown; whoever has zoomed in stays there.
  figure.update = (xs, lines) => {
    const { min, max } = chart.scales.x;
    const isZoomed = min > spec.x.values[0] + 1e-9 || max < spec.x.values[spec.x.values.length - 1] - 1e-9;
    spec.x.values = xs;
    spec.series.forEach((one, i) => {
      one.values = lines[i];
    });
    chart.setData([xs, ...lines], !isZoomed);
    if (isZoomed) {
      chart.redraw(true, false);
    }
  };
  figure.start = () => {
    chart = new uPlot(options(Math.max(240, host.clientWidth)), [spec.x.values, ...spec.series.map((one) => one.values)], host);
    figure.chart = chart;
    const watch = new ResizeObserver(() => {
      if (host.clientWidth > 0 && Math.abs(host.clientWidth - chart.width) > 1) {
        resize(host.clientWidth);
      }
    });
    watch.observe(host);
    const print = () => resize(printedWidth);
    addEventListener("beforeprint", print);
    const after = () => resize(host.clientWidth);
    addEventListener("afterprint", after);
    const unlisten = onTheme(() => {
      figure.dispatchEvent(new Event("paint"));
      chart.redraw(false, true);
    });
    figure.stop = () => {
      watch.disconnect();
      removeEventListener("beforeprint", print);
      removeEventListener("afterprint", after);
      unlisten();
      chart.destroy();
    };
  };
  return figure;
}

// The next of 1, 2 and 5 times a power of ten, upwards or downwards: where a logarithmic axis may end.
function roundNear(value, up) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const ends = [1, 2, 5, 10].map((one) => one * power);
  return Number((up ? ends.find((one) => one >= value * 0.9999) : ends.findLast((one) => one <= value * 1.0001)).toPrecision(6));
}

function lineSample(hue, ownDash) {
  const canvas = el("canvas", { width: 44, height: 12, "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = color(hue);
  pen.lineWidth = 4;
  pen.setLineDash((ownDash ?? dash(hue)).map((length) => length * 1.5));
  pen.beginPath();
  pen.moveTo(0, 6);
  pen.lineTo(44, 6);
  pen.stroke();
  return canvas;
}

function drawMarks(u, spec, hues) {
  const pen = u.ctx;
  const scale = devicePixelRatio;
  pen.save();
  pen.font = `${12 * scale}px system-ui, sans-serif`;
  for (const mark of spec.marks ?? []) {
    const x = u.valToPos(mark.x, "x", true);
    if (mark.x < u.scales.x.min || mark.x > u.scales.x.max) {
      continue;
    }

    pen.strokeStyle = css("--ink2");
    pen.lineWidth = scale;
    pen.setLineDash([3 * scale, 3 * scale]);
    pen.beginPath();
    pen.moveTo(x, u.bbox.top);
    pen.lineTo(x, u.bbox.top + u.bbox.height);
    pen.stroke();
    pen.fillStyle = css("--ink2");
    pen.textAlign = x > u.bbox.left + u.bbox.width - 30 * scale ? "right" : "left";
    pen.fillText(mark.label, x + (pen.textAlign === "left" ? 3 : -3) * scale, u.bbox.top + 11 * scale);
  }

  pen.setLineDash([]);
  const labelled = [];
  for (const ring of spec.rings ?? []) {
    if (!u.series[ring.series + 1].show) {
      continue;
    }

    const x = u.valToPos(spec.x.values[ring.index], "x", true);
    const y = u.valToPos(spec.series[ring.series].values[ring.index], "y", true);
    pen.strokeStyle = color(hues[ring.series]);
    pen.lineWidth = 2.5 * scale;
    pen.beginPath();
    pen.arc(x, y, 9 * scale, 0, 2 * Math.PI);
    pen.stroke();
    pen.fillStyle = css("--ink");
    pen.textAlign = "center";
    if (labelled.every(([otherX, otherY]) => Math.abs(otherX - x) > 40 * scale || Math.abs(otherY - y) > 26 * scale)) {
      pen.fillText(ring.label, x, y - 14 * scale);
      labelled.push([x, y]);
    }
  }

  pen.restore();
}

// Puts figures into a place, in the order given, and starts those that are charts once they have a width.
export function place(host, ...children) {
  for (const old of host.querySelectorAll("figure")) {
    old.stop?.();
  }

  host.replaceChildren(...children.flat(Infinity).filter(Boolean));
  for (const figure of host.querySelectorAll("figure")) {
    figure.start?.();
  }
}
