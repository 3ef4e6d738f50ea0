import { el } from "./dom.js";
import { count, seconds } from "./format.js";
import { liveCells, liveTable } from "./replicas.js";
import { requestButton } from "./waiting.js";

const mostRows = 100;
const decisionHeads = [["Request"], ["At", "text"], ["Went to", "text"], ["Why", "text wrap"], ["Waited"], ["Prompt tokens"], ["Tenant", "text"]];

export function decisionView(host, open) {
  const list = liveTable("The newest first. A request number opens its explanation.", decisionHeads);
  list.view.classList.add("tall");
  const note = el("span", { class: "muted" });
  let isHeld = false;
  const hold = el("button", { type: "button", "aria-pressed": "false", onclick: () => {
    isHeld = !isHeld;
    hold.setAttribute("aria-pressed", String(isHeld));
    hold.textContent = isHeld ? "Go on" : "Hold";
  } }, "Hold");
  host.append(el("p", {}, hold, " ", note), list.view);
  let missed = 0;
  return {
    restart: () => {
      list.body.replaceChildren();
      missed = 0;
    },
    show(state) {
      missed += isHeld ? state.decisions.length : 0;
      missed += state.skippedDecisions;
      note.textContent = missed > 0 ? `${count(missed)} decisions not listed: ${isHeld ? "the list is held" : "there were more than fifty a second, or it was held"}.` : "";
      if (isHeld) {
        return;
      }

      const names = new Map(state.replicas.map((one) => [one.id, one.name]));
      for (const one of state.decisions) {
        const cells = liveCells(decisionHeads);
        cells[0].append(requestButton(one.id, open));
        const texts = [
          new Date(Date.now() - 1000 * one.ageSeconds).toTimeString().slice(0, 8),
          one.replica >= 0 ? names.get(one.replica) ?? `replica ${one.replica}` : one.decision,
          `${one.attempt > 0 ? `Try ${one.attempt + 1}. ` : ""}${one.reason ?? ""}${one.candidates > 0 ? ` (of ${count(one.candidates)})` : ""}`,
          seconds(one.waitedSeconds), count(one.promptTokens), one.tenant ?? "",
        ];
        texts.forEach((text, i) => cells[i + 1].append(text));
        list.body.prepend(el("tr", { "data-request": one.id }, cells));
      }

      while (list.body.children.length > mostRows) {
        list.body.lastChild.remove();
      }
    },
  };
}
