import { keepKey } from "./call.js";
import { decisionView } from "./decisions.js";
import { el } from "./dom.js";
import { openExplanation } from "./explanation.js";
import { latencyView } from "./latency.js";
import { fleetView } from "./replicas.js";
import { listen } from "./stream.js";
import { startTheme } from "./theme.js";
import { waitingView } from "./waiting.js";

const at = (id) => document.getElementById(id);
const statusTexts = { connecting: "Connecting", live: "Live", paused: "Paused", lost: "Reconnecting", locked: "Key needed" };

const themeToggle = el("button", { type: "button", id: "theme" });
startTheme(themeToggle);
at("tools").append(themeToggle);

let noticed = "";
function notify(sentence) {
  noticed = sentence;
  at("notice").textContent = sentence;
  at("notice").hidden = !sentence;
}

const fleetPart = fleetView(at("fleet"), notify);
const latencyPart = latencyView(at("latency"));
const waitingPart = waitingView(at("queue"), openExplanation);
const decisionPart = decisionView(at("decisions"), openExplanation);

let uptime = 0;
let lostSentence = "";
function hear(name, data) {
  if (name === "history") {
    latencyPart.show(data);
    return;
  }

  if (data.uptimeSeconds < uptime) {
    // Another run of the gateway: its numbers begin anew.
    fleetPart.restart();
    decisionPart.restart();
  }

  uptime = data.uptimeSeconds;
  fleetPart.show(data);
  waitingPart.show(data);
  decisionPart.show(data);
}

const connect = listen(hear, (status, sentence) => {
  at("status").dataset.status = status;
  at("status").textContent = statusTexts[status];
  at("key").hidden = status !== "locked";
  if (status === "live") {
    decisionPart.restart();
    fleetPart.restart();
  }

  if (sentence || noticed === lostSentence) {
    notify(sentence);
  }

  lostSentence = sentence;
});
at("key").addEventListener("submit", (event) => {
  event.preventDefault();
  keepKey(at("key-text").value.trim());
  at("key-text").value = "";
  connect();
});
