import { call, refusalOf } from "./call.js";
import { el, table } from "./dom.js";
import { count, seconds, three } from "./format.js";

const dialog = document.getElementById("explanation");

// Opens what the gateway knows of a request.
export async function openExplanation(id) {
  let body;
  try {
    const answer = await call(`api/explain/${id}`);
    body = answer.ok ? explanationOf(await answer.json()) : [el("p", { class: "absent" }, await refusalOf(answer))];
  } catch {
    body = [el("p", { class: "absent" }, "The gateway does not answer.")];
  }

  dialog.replaceChildren(
    el("header", {}, el("h2", { id: "explanation-title" }, `Request ${id}`),
      el("span", { class: "tools" },
        el("button", { type: "button", onclick: () => openExplanation(id) }, "Again"),
        el("button", { type: "button", onclick: () => dialog.close() }, "Close"))),
    ...body);
  if (!dialog.open) {
    dialog.showModal();
  }
}

function explanationOf(one) {
  const facts = [
    ["State", one.status === null ? one.state : `${one.state}, HTTP ${one.status}`],
    ["Prompt", `${count(one.promptTokens)} tokens estimated${one.toldPromptTokens === null ? "" : `, ${count(one.toldPromptTokens)} told`}`],
    ["Output", `${one.outputTokens === null ? "–" : count(one.outputTokens)} of at most ${count(one.maxOutputTokens)} tokens`],
    ["Tenant", one.tenant ?? "–"],
    ["Priority", count(one.priority)],
    ["Sent after", seconds(one.sentSeconds)],
    ["TTFT", `${seconds(one.ttftSeconds)}, predicted ${seconds(one.predictedTtftSeconds)}`],
    ["End after", seconds(one.endSeconds)],
  ];
  return [
    el("dl", {}, facts.map(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
    one.queue.length > 0 && table("Where it stood in the queue", ["After", "Place", { title: "Held by", text: true }], one.queue.map((at) => [seconds(at.seconds), count(at.position), at.held ?? "–"])),
    ...one.decisions.map(decisionOf),
    one.decisions.length === 0 && el("p", { class: "absent" }, "No decision about it is kept."),
  ].filter(Boolean);
}

function decisionOf(decision) {
  const parts = [...new Set(decision.candidates.flatMap((candidate) => Object.keys(candidate.parts)))];
  return el("section", {},
    el("h3", {}, `Try ${decision.attempt + 1}: ${decision.decision} by ${decision.router} after ${seconds(decision.seconds)}`),
    decision.reason && el("p", {}, decision.reason),
    table("Candidates: the lowest score wins, the others missed it by so much", ["Replica", "Score", "Missed by", "Predicted TTFT", ...parts], decision.candidates.map((candidate) => [
      `${candidate.chosen ? "✓ " : ""}${candidate.name ?? `replica ${candidate.replica}`}`,
      three(candidate.score), candidate.chosen ? "–" : three(candidate.missedBy), seconds(candidate.predictedTtftSeconds), ...parts.map((part) => three(candidate.parts[part])),
    ])));
}
