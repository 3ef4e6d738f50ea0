import { el } from "./dom.js";
import { count } from "./format.js";
import { data } from "./names.js";

const words = [
  ["TTFT", "time to first token: from arrival to the first output token"],
  ["TPOT", "time per output token after the first; not defined for an answer of one token"],
  ["ITL", "inter-token latency: the gap between two tokens of one answer"],
  ["E2E", "end to end: from arrival to the last token"],
  ["p50, p90, p99", "percentiles: the time that 50%, 90%, 99% of the requests did not exceed"],
  ["slowdown", "E2E divided by the E2E that the request would have alone on an idle replica"],
  ["prefill", "computing the prompt; a chunk is the part of it that one step computes"],
  ["decode", "emitting output tokens, one in each step"],
  ["step", "one forward pass over the batch"],
  ["KV cache", "memory for what was computed of each token; when it is full, requests wait or are preempted"],
  ["preempted", "a request lost its KV to make room and is computed again later"],
  ["SLO", "service-level objective: bounds that a request must meet together"],
  ["goodput", "requests per second that met every bound"],
  ["load", "arrival rate divided by the fleet's capacity, which is measured with all requests arriving at once"],
  ["knee", "where a curve of the load sweep turns: the point farthest from the straight line between its ends"],
  ["replica", "one engine with its own copy of the model"],
  ["engine policy, router", "who runs in the next step of a replica; which replica gets a request"],
  ["95% interval", "where the true change is to be expected; when it contains no change, the difference may be chance"],
];

export function provenanceSection(host) {
  const details = data.points.flatMap((point) => point.rows.flatMap((row) => row.decisionHashes.map((hash) => [row.name, hash])));
  const copy = el("button", { type: "button", class: "copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(data.command);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(command);
    }
  } }, "Copy");
  const command = el("code", { id: "command" }, data.command);
  host.append(el("h2", {}, "Where these figures come from"),
    el("dl", {},
      el("dt", {}, "Command"), el("dd", { class: "lines" }, command, " ", copy),
      el("dt", {}, "Version"), el("dd", {}, data.version),
      el("dt", {}, data.seeds.length === 1 ? "Seed" : "Seeds"), el("dd", {}, data.seeds.join(", ")),
      data.traces.flatMap((trace) => [el("dt", {}, "Trace"), el("dd", {}, `${trace.name}, ${count(trace.requests)} requests, sha256 `, el("code", {}, trace.sha256))]),
      el("dt", {}, "Setting"), el("dd", {}, data.setting.join("; ")),
      el("dt", {}, "SLO"), el("dd", {}, data.slo ?? (data.absent.slo ? "not in the documents" : "none given")),
      el("dt", {}, "What is left out"), el("dd", {}, data.absent.requests ?? (data.absent.curves ? "Requests: documents hold figures only." : "Curves are drawn from 40 quantiles for each power of ten of rarity, within 0.4%; the largest value is exact. Series are means over equal intervals, and of queues the peak. Timelines show a limited number of requests. Tables, answers and intervals use every request."))),
    details.length > 0 ? el("details", {}, el("summary", {}, "Decision hashes: the same command gives the same ones"), el("ul", {}, details.map(([name, hash]) => el("li", {}, `${name}: `, el("code", {}, hash))))) : "");
}

export function glossarySection(host) {
  host.append(el("h2", {}, "Words"), el("dl", {}, words.flatMap(([word, meaning]) => [el("dt", {}, word), el("dd", {}, meaning)])));
}
