import { choice, el } from "./dom.js";
import { three } from "./format.js";
import { startTheme } from "./theme.js";
import { changeView, data, pointAxis, view } from "./names.js";
import { answerSection, tableSection } from "./summary.js";
import { distributionSection } from "./distributions.js";
import { sweepSection } from "./sweep.js";
import { goodputSection } from "./goodput.js";
import { fleetSection } from "./fleet.js";
import { timelineSection } from "./timeline.js";
import { classSection } from "./classes.js";
import { worstSection } from "./worst.js";
import { glossarySection, provenanceSection } from "./provenance.js";

const sections = [
  ["answer", "Answer", answerSection],
  ["table", "Table", tableSection],
  ["latency", "Latency", distributionSection],
  ["sweep", "Load", sweepSection],
  ["goodput", "Goodput", goodputSection],
  ["classes", "Who wins", classSection],
  ["fleet", "KV and queues", fleetSection],
  ["timeline", "Timeline", timelineSection],
  ["worst", "Worst", worstSection],
  ["source", "Source", provenanceSection],
  ["words", "Words", glossarySection],
];

const themeButton = el("button", { type: "button", id: "theme" });
const tools = document.getElementById("tools");
startTheme(themeButton);
view.row = data.points[view.point].ranking[0];
if (data.points.length > 1) {
  const axis = pointAxis();
  tools.append(choice(axis.key === "load" ? "Load" : "Rate", data.points.map((one) => three(one[axis.key])), view.point, (point) => changeView({ point })));
}

tools.append(themeButton);
document.title = `HalfFull: ${data.question}`;
document.getElementById("sections").append(...sections.map(([id, title]) => el("a", { href: `#${id}` }, title)));
const main = document.getElementById("main");
for (const [id, title, fillSection] of sections) {
  const host = el("section", { id, "aria-label": title });
  main.append(host);
  fillSection(host);
}

// The sections did not exist when the browser looked for the one that the address names.
document.getElementById(location.hash.slice(1))?.scrollIntoView();
