import { absent, el, table } from "./dom.js";
import { count, seconds, three } from "./format.js";
import { rowChoice } from "./fleet.js";
import { chosen, data, onView } from "./names.js";

export function worstSection(host) {
  onView(() => {
    const head = el("h2", {}, "Worst slowdowns");
    const worst = chosen().worst;
    const withTenant = worst.some((one) => one.tenant);
    const columns = [
      ["Request", (one) => count(one.id)],
      ["Seed", (one) => count(one.seed)],
      withTenant && [{ title: "Tenant", text: true }, (one) => one.tenant ?? "–"],
      ["Replica", (one) => count(one.replica)],
      ["Arrived at", (one) => `${three(one.arrival)} s`],
      ["Prompt", (one) => count(one.prompt)],
      ["Output", (one) => count(one.output)],
      ["Waited", (one) => seconds(one.queue)],
      ["TTFT", (one) => seconds(one.ttft)],
      ["E2E", (one) => seconds(one.e2e)],
      ["Preempted", (one) => count(one.preemptions)],
      ["Slowdown", (one) => el("strong", {}, `${three(one.slowdown)}×`)],
    ].filter(Boolean);
    host.replaceChildren(head,
      el("p", { class: "how" }, "The requests that took the most times as long as they would have alone: usually short ones behind long ones."),
      rowChoice("Combination"),
      data.absent.worst ? absent("single requests", data.absent.worst)
        : worst.length === 0 ? el("p", { class: "absent" }, "No request completed.")
        : table(`Worst first: ${chosen().name}, all seeds`, columns.map(([title]) => title), worst.map((one) => columns.map(([, of]) => of(one)))));
  });
}
