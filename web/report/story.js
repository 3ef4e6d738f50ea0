import { count, percent, seconds, three } from "./format.js";

export const phaseNames = ["waiting", "prefill chunk", "decode", "paused (holds KV, not in the step)", "preempted (lost its KV)"];

// The spans of a life: { phase, start, duration, tokens }.
export function spansOf(life) {
  return Array.from({ length: life.spans.length / 4 }, (_, i) => ({
    phase: life.spans[4 * i], start: life.spans[4 * i + 1], duration: life.spans[4 * i + 2], tokens: life.spans[4 * i + 3],
  }));
}

// What happened to a request, in sentences.
export function storyOf(life) {
  const spans = spansOf(life);
  const total = (phase) => spans.filter((span) => span.phase === phase).reduce((sum, span) => sum + span.duration, 0);
  const chunks = spans.filter((span) => span.phase === 1);
  const said = [`Request ${count(life.id)}${life.tenant ? ` of tenant ${life.tenant}` : ""}: ${count(life.prompt)} prompt tokens${life.cached > 0 ? ` (${count(life.cached)} cached)` : ""}, ${count(life.output)} output tokens.`];
  said.push(`It arrived at ${three(life.arrival)} s and waited ${seconds(total(0))}.`);
  if (chunks.length > 0) {
    said.push(`Its prefill took ${seconds(total(1))} in ${chunks.length === 1 ? "one chunk" : `${chunks.length} chunks (${chunks.slice(0, 6).map((chunk) => count(chunk.tokens)).join(" + ")}${chunks.length > 6 ? " + …" : ""} tokens)`}.`);
  }

  if (total(2) > 0) {
    said.push(`It decoded for ${seconds(total(2))}${total(3) > 0 ? ` and stood still for ${seconds(total(3))} while steps went without it` : ""}.`);
  }

  if (life.preemptions > 0) {
    said.push(`It lost its KV ${life.preemptions === 1 ? "once" : `${life.preemptions} times`} and waited ${seconds(total(4))} to run again.`);
  }

  if (life.slowdown !== undefined && life.slowdown !== null) {
    const tpot = life.output > 1 ? `, TPOT ${seconds((life.finish - life.firstToken) / (life.output - 1))}` : "";
    said.push(`TTFT ${seconds(life.firstToken - life.arrival)}${tpot}, E2E ${seconds(life.finish - life.arrival)}: ${three(life.slowdown)} times as long as alone.`);
  } else {
    said.push("It did not complete.");
  }

  if (life.joined) {
    said.push("Its later pauses are drawn as decoding.");
  }

  return said;
}
