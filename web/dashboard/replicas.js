import { command } from "./call.js";
import { el } from "./dom.js";
import { count, percent, seconds, three } from "./format.js";

const rateSamples = 5;
const confirmMillis = 4000;
const wrongStates = ["down", "ejected", "frozen"];
const fleetHeads = [
  ["Replica"], ["State", "text"], ["Running"], ["Waiting"], ["KV use"], ["Ledger tokens"], ["Reported tokens"], ["Tokens/s"], ["Step ≈"], ["Sent"], ["Failed"], ["", "text"],
];

// A table whose rows stay while their cells change, so that focus and selection stay too.
export function liveTable(caption, heads) {
  const body = el("tbody");
  return { body, view: el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", { class: "live" }, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, heads.map(([title, kind]) => el("th", { scope: "col", class: kind ?? null }, title || el("span", { "aria-label": "Actions" }))))), body)) };
}

export function liveCells(heads) {
  return heads.map(([title, kind], i) => (i === 0 ? el("th", { scope: "row" }) : el("td", { "data-label": title, class: kind ?? null })));
}

export function setText(cell, text) {
  if (cell.textContent !== text) {
    cell.textContent = text;
  }
}

// A button that asks once more before it acts.
function sure(text, label, act) {
  let timer = 0;
  const button = el("button", { type: "button", "aria-label": label }, text);
  const calm = () => {
    clearTimeout(timer);
    timer = 0;
    button.textContent = text;
  };
  button.addEventListener("click", () => {
    if (timer) {
      calm();
      act();
      return;
    }

    button.textContent = "Sure?";
    timer = setTimeout(calm, confirmMillis);
  });
  button.addEventListener("blur", calm);
  return button;
}

export function fleetView(host, notify) {
  const tiles = el("dl", { class: "tiles" });
  const values = new Map(["Replicas ready", "Running", "Waiting at replicas", "Waiting in the queue", "Output tokens/s", "TTFT p50", "TPOT p50"].map((title) => {
    const value = el("dd", {}, "–");
    tiles.append(el("div", { class: "tile" }, el("dt", {}, title), value));
    return [title, value];
  }));
  const fleet = liveTable("Replicas. Ledger: KV tokens that the gateway has reserved; reported: what the replica says of itself. Step: running requests over tokens per second, while nothing is prefilled.", fleetHeads);
  const policy = el("p", { class: "how" });
  const address = el("input", { type: "url", required: true, placeholder: "http://gpu1:8000", "aria-label": "Address of a replica to add" });
  const form = el("form", { class: "add" }, address, el("button", {}, "Add a replica"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = await command("POST", "api/replicas", { url: address.value });
    notify(wrong);
    if (!wrong) {
      address.value = "";
    }
  });
  host.append(tiles, policy, fleet.view, form);
  const rows = new Map();
  let sampled = [];

  function rowOf(replica) {
    const cells = liveCells(fleetHeads);
    const state = el("span", { class: "state" });
    const [name, models] = [el("span"), el("span", { class: "models" })];
    const meter = el("i");
    const [bar, used] = [el("span", { class: "meter", "aria-hidden": "true" }, meter), el("span")];
    cells[0].append(name, models);
    cells[1].append(state);
    cells[4].append(bar, used);
    const drain = sure("Drain", `Drain ${replica.name}`, async () => notify(await command("POST", `api/replicas/${replica.id}/drain`)));
    const undrain = sure("Undrain", `Let ${replica.name} take requests again`, async () => notify(await command("POST", `api/replicas/${replica.id}/undrain`)));
    const remove = sure("Remove", `Remove ${replica.name}`, async () => notify(await command("DELETE", `api/replicas/${replica.id}`)));
    cells[11].append(drain, undrain, remove);
    const row = el("tr", { "data-replica": replica.id }, cells);
    return { row, show(one, rate) {
      setText(name, one.name);
      setText(models, one.models.join(", "));
      setText(state, one.state);
      state.className = `state ${one.state === "ready" ? "" : wrongStates.includes(one.state) ? "wrong" : "other"}`;
      setText(cells[2], count(one.running));
      setText(cells[3], count(one.waiting));
      bar.hidden = one.kvUsage === null;
      meter.style.width = `${Math.min(100, 100 * (one.kvUsage ?? 0))}%`;
      setText(used, percent(one.kvUsage));
      setText(cells[5], count(one.inFlightTokens));
      setText(cells[6], one.kvUsage === null || one.kvCapacityTokens === null ? "–" : count(Math.round(one.kvUsage * one.kvCapacityTokens)));
      setText(cells[7], rate === null ? "–" : three(rate));
      setText(cells[8], rate > 0 && one.running > 0 && one.queuedPrefillTokens === 0 ? seconds(one.running / rate) : "–");
      setText(cells[9], count(one.requests));
      setText(cells[10], count(one.failures));
      drain.hidden = one.state === "draining";
      undrain.hidden = !drain.hidden;
    } };
  }

  function rateOf(id, now, tokens) {
    const first = sampled.find((sample) => sample.tokens.has(id));
    return first && now > first.now ? Math.max(0, tokens - first.tokens.get(id)) / (now - first.now) : null;
  }

  return {
    restart: () => {
      sampled = [];
    },
    show(state) {
      const now = state.uptimeSeconds;
      const rates = state.replicas.map((one) => rateOf(one.id, now, one.outputTokens));
      sampled = [...sampled, { now, tokens: new Map(state.replicas.map((one) => [one.id, one.outputTokens])) }].slice(-rateSamples);
      state.replicas.forEach((one, i) => {
        if (!rows.has(one.id)) {
          rows.set(one.id, rowOf(one));
          fleet.body.append(rows.get(one.id).row);
        }

        rows.get(one.id).show(one, rates[i]);
      });
      for (const [id, { row }] of rows) {
        if (!state.replicas.some((one) => one.id === id)) {
          row.remove();
          rows.delete(id);
        }
      }

      const sum = (name) => (state.replicas.some((one) => one[name] !== null) ? count(state.replicas.reduce((total, one) => total + (one[name] ?? 0), 0)) : "–");
      const { now: recent, hour } = state.latency;
      const latency = (title, p50, p99) => values.get(title).replaceChildren(seconds(recent[p50]),
        el("small", {}, `p99 ${seconds(recent[p99])}`), el("small", {}, `hour: ${seconds(hour[p50])}, p99 ${seconds(hour[p99])}`));
      setText(values.get("Replicas ready"), `${state.replicas.filter((one) => ["ready", "warming"].includes(one.state)).length} of ${state.replicas.length}`);
      setText(values.get("Running"), sum("running"));
      setText(values.get("Waiting at replicas"), sum("waiting"));
      setText(values.get("Waiting in the queue"), count(state.waiting));
      setText(values.get("Output tokens/s"), rates.some((rate) => rate !== null) ? three(rates.reduce((total, rate) => total + (rate ?? 0), 0)) : "–");
      latency("TTFT p50", "ttftP50", "ttftP99");
      latency("TPOT p50", "tpotP50", "tpotP99");
      setText(policy, `Router ${state.router}, queue ${state.queue}, running for ${spell(now)}.`);
    },
  };
}

function spell(time) {
  const minutes = Math.floor(time / 60);
  return minutes < 1 ? `${Math.floor(time)} s` : minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
