import { absent, el, table } from "./dom.js";
import { change, count, percent, seconds, three } from "./format.js";
import { best, data, onView, point, rows } from "./names.js";

const worthTelling = 0.02;
const mostClasses = 4;

// Figures that may be better or worse, with less being better unless told otherwise.
const compared = [
  ["mean TTFT", (f) => f.ttftSeconds.mean, seconds],
  ["p50 TTFT", (f) => f.ttftSeconds.p50, seconds],
  ["p99 TTFT", (f) => f.ttftSeconds.p99, seconds],
  ["mean TPOT", (f) => f.tpotSeconds.mean, seconds],
  ["p99 TPOT", (f) => f.tpotSeconds.p99, seconds],
  ["mean E2E", (f) => f.e2eSeconds.mean, seconds],
  ["p99 E2E", (f) => f.e2eSeconds.p99, seconds],
  ["p99 slowdown", (f) => f.slowdown?.p99, three],
  ["output tokens/s", (f) => f.outputTokensPerSecond, three, true],
  ["SLO met", (f) => (data.slo ? f.sloAttainment : null), percent, true],
  ["requests completed", (f) => f.completed, count, true],
];

export function spellValue(metric, value) {
  return metric.unit === "s" ? seconds(value) : metric.unit === "%" ? percent(value) : metric.unit === "/s" ? `${three(value)}/s` : three(value);
}

export function intervalText(one) {
  return one.low === undefined || one.low === null ? null : `${change(one.low)} to ${change(one.high)}`;
}

export function isNoise(one) {
  return one.low === undefined || one.low === null || (one.low <= 1 && one.high >= 1);
}

function changeCell(row, metric) {
  if (row === rows()[0]) {
    return el("span", { class: "muted" }, "the first");
  }

  if (!row.change || row.change.ratio === null || row.change.ratio === undefined) {
    return "–";
  }

  const interval = intervalText(row.change);
  const better = row.change.ratio > 1 === metric.higherIsBetter;
  const text = `${change(row.change.ratio)}${interval ? ` (${interval})` : ""}`;
  return interval && isNoise(row.change) ? el("span", { class: "muted" }, `${text} within noise`) : el("span", { class: better ? "good" : "bad" }, text);
}

// The figures first, then the classes of requests, most changed first.
function gainsAndLosses(winner, first) {
  const sides = { gains: { figures: [], classes: [] }, losses: { figures: [], classes: [] } };
  const add = (group, text, ratio, higherIsBetter) => (ratio > 1 === Boolean(higherIsBetter) ? sides.gains : sides.losses)[group].push([text, Math.abs(Math.log(ratio || 1e-9))]);
  for (const [name, of, spell, higherIsBetter] of compared) {
    const [mine, its] = [of(winner.figures), of(first.figures)];
    if (mine > 0 && its > 0 && Math.abs(mine / its - 1) >= worthTelling) {
      add("figures", `${name}: ${spell(mine)} instead of ${spell(its)} (${change(mine / its)})`, mine / its, higherIsBetter);
    }
  }

  for (const one of winner.classes ?? []) {
    const ttft = one.ttftChange;
    if (ttft && !isNoise(ttft) && Math.abs(ttft.ratio - 1) >= worthTelling) {
      add("classes", `${one.kind === "prompt" ? `prompts of ${one.name} tokens` : `tenant ${one.name}`}: mean TTFT ${change(ttft.ratio)} (${intervalText(ttft)})`, ttft.ratio, false);
    }
  }

  const sorted = (items) => items.sort((a, b) => b[1] - a[1]).map(([text]) => el("li", {}, text));
  const list = ({ figures, classes }, none) => (figures.length + classes.length === 0 ? el("p", {}, none) : [
    el("ul", {}, sorted(figures)),
    el("ul", {}, sorted(classes).slice(0, mostClasses)),
    classes.length > mostClasses ? el("p", {}, el("a", { href: "#classes" }, `and ${classes.length - mostClasses} more classes of requests`)) : null,
  ]);
  return el("div", { class: "two" },
    el("div", { class: "gains" }, el("h3", {}, `What ${winner.name} gains`), list(sides.gains, `No figure is better by ${percent(worthTelling)} or more.`)),
    el("div", { class: "losses" }, el("h3", {}, "Where it loses"), list(sides.losses, `No figure is worse by ${percent(worthTelling)} or more.`)));
}

export function answerSection(host) {
  onView(() => {
    const winner = best();
    const against = rows()[0];
    const challenger = winner === against && rows().length > 1 ? rows()[point().ranking[1]] : winner;
    const interval = winner.change ? intervalText(winner.change) : null;
    host.replaceChildren(
      el("h1", {}, data.question),
      el("p", { class: "answer" }, point().answer),
      interval ? el("p", { class: "how" }, `The 95% interval of the change is ${interval}: a bootstrap over blocks of arrivals${data.seeds.length === 1 ? " of this one seed; other traffic may differ more" : ` of ${data.seeds.length} seeds`}.`) : "",
      data.absent.interval && rows().length > 1 ? absent("the interval of the change", data.absent.interval) : "",
      challenger !== against ? gainsAndLosses(challenger, against) : "",
      el("p", { class: "how" }, `${[point().traffic, ...data.setting].join("; ")}. These are ${data.setting.some((line) => line.includes("simulated")) ? "simulations on modelled GPU timings, not measurements" : "measurements"}.`));
  });
}

export function tableSection(host) {
  onView(() => {
    const metric = point().metric;
    const incomplete = rows().some((row) => row.figures.completed < row.figures.requests);
    const withKv = rows().some((row) => row.figures.kvUsageMean !== undefined);
    const nothing = (row, text) => (row.figures.completed > 0 ? text : "–");
    const columns = [
      ["Combination", (row) => row.name],
      rows().length > 1 && [`${metric.title} against the first`, (row) => changeCell(row, metric)],
      incomplete && ["Completed", (row) => `${count(row.figures.completed)} of ${count(row.figures.requests)}`],
      ["TTFT mean", (row) => nothing(row, seconds(row.figures.ttftSeconds.mean))],
      ["TTFT p99", (row) => nothing(row, seconds(row.figures.ttftSeconds.p99))],
      ["TPOT mean", (row) => nothing(row, seconds(row.figures.tpotSeconds.mean))],
      ["E2E mean", (row) => nothing(row, seconds(row.figures.e2eSeconds.mean))],
      ["E2E p99", (row) => nothing(row, seconds(row.figures.e2eSeconds.p99))],
      ["Output tokens/s", (row) => three(row.figures.outputTokensPerSecond)],
      data.slo && metric.unit === "/s" && ["Goodput", (row) => `${three(row.figures.goodputRequestsPerSecond)}/s`],
      metric.title !== "mean TTFT" && !/^(p99 TTFT|mean TPOT|mean E2E|p99 E2E|goodput|SLO attainment)$/.test(metric.title) && [metric.title, (row) => spellValue(metric, row.value)],
      data.slo && ["SLO met", (row) => percent(row.figures.sloAttainment)],
      withKv && ["KV in use", (row) => percent(row.figures.kvUsageMean)],
      withKv && ["Preemptions", (row) => count(row.figures.preemptions)],
    ].filter(Boolean);
    const refusal = rows().find((row) => row.refusal)?.refusal;
    host.replaceChildren(
      el("h2", {}, "All combinations"),
      table(`Best first by ${metric.title}; ${data.seeds.length === 1 ? `seed ${data.seeds[0]}` : `means of ${data.seeds.length} seeds`}. Times are of completed requests.`,
        columns.map(([head]) => head), point().ranking.map((i) => columns.map(([, of]) => of(rows()[i])))),
      refusal ? el("p", { class: "how" }, `Refused: ${refusal}`) : "");
  });
}
