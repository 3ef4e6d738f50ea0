import { el } from "./dom.js";
import { count, seconds } from "./format.js";
import { liveCells, liveTable, setText } from "./replicas.js";

const waitingHeads = [["Request"], ["Place"], ["Age"], ["Prompt tokens"], ["Priority"], ["Try"], ["Tenant", "text"]];

export function requestButton(id, open) {
  return el("button", { type: "button", "aria-label": `Explain request ${id}`, onclick: () => open(id) }, `#${id}`);
}

export function waitingView(host, open) {
  const none = el("p", { class: "how" }, "Nobody waits.");
  const list = liveTable("Who goes next; where replicas serve different models, the first of each lane, then the second ones.", waitingHeads);
  list.view.classList.add("tall");
  host.append(none, list.view);
  const rows = new Map();
  return {
    show(state) {
      none.hidden = state.next.length > 0;
      list.view.hidden = state.next.length === 0;
      none.textContent = state.waiting > 0 ? `${count(state.waiting)} wait.` : "Nobody waits.";
      const shown = state.next.map((one) => {
        if (!rows.has(one.id)) {
          const cells = liveCells(waitingHeads);
          cells[0].append(requestButton(one.id, open));
          rows.set(one.id, { row: el("tr", { "data-request": one.id }, cells), cells });
        }

        const { row, cells } = rows.get(one.id);
        [count(one.position), seconds(one.ageSeconds), count(one.promptTokens), count(one.priority), count(one.attempt + 1), one.tenant ?? ""]
          .forEach((text, i) => setText(cells[i + 1], text));
        return row;
      });
      const focused = document.activeElement;
      if (shown.length !== list.body.children.length || shown.some((row, i) => list.body.children[i] !== row)) {
        list.body.replaceChildren(...shown);
        if (shown.some((row) => row.contains(focused))) {
          focused.focus({ preventScroll: true });
        }
      }

      for (const [id, { row }] of rows) {
        if (!row.isConnected) {
          rows.delete(id);
        }
      }
    },
  };
}
