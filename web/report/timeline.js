import { absent, el } from "./dom.js";
import { place } from "./chart.js";
import { count, tickNumber } from "./format.js";
import { rowChoice } from "./fleet.js";
import { chosen, data, onView } from "./names.js";
import { phaseColor } from "./palette.js";
import { phaseNames, spansOf, storyOf } from "./story.js";
import { css, onTheme } from "./theme.js";

const left = 64;
const right = 12;
const top = 8;
const bottom = 42;
const zoomBy = 0.7;
const panBy = 0.2;
const shares = [0.4, 1, 0.8, 0.4, 0.6]; // height of each phase as a share of its row, so that colour is not alone

export function timelineSection(host) {
  onView(() => {
    const timeline = chosen().timeline;
    const head = el("h2", {}, "A replica, request by request");
    if (!timeline || timeline.rows.length === 0) {
      place(host, head, timeline ? "" : rowChoice("Combination"),
        timeline ? el("p", { class: "absent" }, "The replica got no request.") : absent("the lives of single requests", data.absent.timeline ?? "compare fewer combinations at a time: the page draws the first 64"));
      return;
    }

    const around = timeline.around === undefined ? "the first that it got" : `those around request ${count(timeline.around)}, which had the worst slowdown of the run and is marked`;
    place(host, head,
      el("p", { class: "how" }, `${timeline.rows.length === 1 ? "One request" : `${timeline.rows.length} requests`} on replica ${timeline.replica}, seed ${timeline.seed}: ${around}. Each line is a request, in order of arrival. Point at one for its story; drag or scroll with Ctrl to zoom; with the keyboard: up and down choose a request, left and right move, + and − zoom, 0 resets.`),
      rowChoice("Combination"), gantt(timeline));
  });
}

function gantt(timeline) {
  const lives = timeline.rows;
  const rowHeight = Math.min(18, Math.max(4, 680 / lives.length));
  const height = top + bottom + Math.ceil(lives.length * rowHeight);
  const canvas = el("canvas", {});
  const story = el("div", { class: "story", "aria-live": "polite" }, el("p", {}, "Point at a request to read its story."));
  const tip = el("div", { class: "tip", hidden: true });
  const drawn = el("div", { class: "gantt", tabindex: "0", role: "application", "aria-label": `Timeline of ${lives.length} requests on replica ${timeline.replica}. Horizontal: time since the start in seconds. Vertical: requests in order of arrival.` }, canvas, tip);
  const key = el("div", { class: "legend" }, phaseNames.map((name, phase) => el("span", { class: "key" }, el("i", { "data-phase": phase }), name)));
  const first = Math.min(...lives.map((life) => life.arrival));
  const last = Math.max(first + 1e-3, ...lives.map((life) => life.finish));
  const buttons = [["+", "Zoom in", () => zoom(zoomBy)], ["−", "Zoom out", () => zoom(1 / zoomBy)], ["←", "Earlier", () => pan(-panBy)], ["→", "Later", () => pan(panBy)], ["Reset", "Show all", () => show(first, last)]]
    .map(([text, label, act]) => el("button", { type: "button", "aria-label": `${label}: timeline`, onclick: () => act() }, text));
  const figure = el("figure", { "data-chart": "timeline" }, el("figcaption", {}, el("strong", {}, `Requests on replica ${timeline.replica}: ${chosen().name}`), el("span", { class: "zoom" }, buttons)), key, drawn, story);
  let [from, to] = [first, last];
  let picked = null;
  let dragged = null;
  let width = 0;

  const xOf = (time) => left + ((time - from) / (to - from)) * (width - left - right);
  const timeOf = (x) => from + ((x - left) / (width - left - right)) * (to - from);
  const rowAt = (y) => {
    const row = Math.floor((y - top) / rowHeight);
    return row >= 0 && row < lives.length ? row : null;
  };

  function show(start, end) {
    const length = Math.max(1e-3, Math.min(last - first, end - start));
    from = Math.min(Math.max(first, start), last - length);
    to = from + length;
    drawn.dataset.from = from;
    drawn.dataset.to = to;
    paint();
  }

  function zoom(factor, at = (from + to) / 2) {
    show(at - (at - from) * factor, at - (at - from) * factor + (to - from) * factor);
  }

  function pan(share) {
    const by = (to - from) * share;
    show(from + by, to + by);
  }

  function pick(row, event) {
    picked = row;
    paint();
    tip.hidden = row === null || !event;
    if (row === null) {
      return;
    }

    const sentences = storyOf(lives[row]);
    story.replaceChildren(...sentences.map((text, i) => el("p", {}, i === 0 ? el("strong", {}, text) : text)));
    drawn.dataset.picked = lives[row].id;
    if (event) {
      tip.replaceChildren(...sentences.map((text) => el("p", {}, text)));
      const box = drawn.getBoundingClientRect();
      tip.style.left = `${Math.max(0, Math.min(event.clientX - box.left + 14, box.width - tip.offsetWidth - 4))}px`;
      tip.style.top = `${Math.max(0, event.clientY - box.top + (event.clientY + 210 > innerHeight ? -tip.offsetHeight - 12 : 16))}px`;
    }
  }

  function paint() {
    const scale = devicePixelRatio || 1;
    width = Math.max(240, drawn.clientWidth);
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.font = "12px system-ui, sans-serif";
    axes(pen);
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, width - left - right, height);
    pen.clip();
    lives.forEach((life, row) => {
      const y = top + row * rowHeight;
      if (row === picked || life.id === timeline.around) {
        pen.fillStyle = row === picked ? css("--line") : css("--mark");
        pen.fillRect(left, y, width - left - right, rowHeight);
      }

      for (const span of spansOf(life)) {
        const x = xOf(span.start);
        const long = Math.max(0.75, xOf(span.start + span.duration) - x);
        if (x + long < left || x > width) {
          continue;
        }

        const tall = Math.max(1, (rowHeight - (rowHeight > 6 ? 2 : 0.5)) * shares[span.phase]);
        pen.fillStyle = phaseColor(span.phase);
        pen.fillRect(x, y + (rowHeight - tall) / 2, span.phase === 1 && long > 3 ? long - 1 : long, tall);
      }
    });
    if (dragged && Math.abs(dragged.now - dragged.start) > 3) {
      pen.fillStyle = css("--accent");
      pen.globalAlpha = 0.2;
      pen.fillRect(Math.min(dragged.start, dragged.now), 0, Math.abs(dragged.now - dragged.start), height - bottom);
    }

    pen.restore();
    for (const sample of key.querySelectorAll("i")) {
      const phase = Number(sample.dataset.phase);
      sample.style.background = phaseColor(phase);
      sample.style.height = `${Math.max(4, 14 * shares[phase])}px`;
    }
  }

  function axes(pen) {
    pen.strokeStyle = css("--line");
    pen.fillStyle = css("--ink");
    const raw = (to - from) / Math.max(2, (width - left - right) / 90);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw);
    pen.textAlign = "center";
    for (let time = Math.ceil(from / step) * step; time <= to + 1e-9; time += step) {
      const x = xOf(time);
      pen.beginPath();
      pen.moveTo(x, top);
      pen.lineTo(x, height - bottom + 4);
      pen.stroke();
      pen.fillText(tickNumber(Number(time.toPrecision(8))), x, height - bottom + 17);
    }

    pen.fillText("time since the start (s)", left + (width - left - right) / 2, height - 6);
    pen.textAlign = "right";
    const every = Math.max(1, Math.ceil(26 / rowHeight));
    for (let row = 0; row < lives.length; row += every) {
      pen.fillText(count(lives[row].id), left - 6, top + row * rowHeight + rowHeight / 2 + 4);
    }

    pen.save();
    pen.translate(11, top + (height - top - bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    if (height > 160) {
      pen.fillText("request (number in order of arrival)", 0, 0);
    }

    pen.restore();
  }

  const place2 = (event) => event.clientX - drawn.getBoundingClientRect().left;
  drawn.addEventListener("pointermove", (event) => {
    if (dragged) {
      dragged.now = place2(event);
    }

    pick(rowAt(event.clientY - drawn.getBoundingClientRect().top), event.pointerType === "touch" ? null : event);
  });
  drawn.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
  drawn.addEventListener("pointerdown", (event) => {
    dragged = event.pointerType === "touch" ? null : { start: place2(event), now: place2(event) };
    pick(rowAt(event.clientY - drawn.getBoundingClientRect().top), null);
  });
  const release = () => {
    const ended = dragged;
    dragged = null;
    if (ended && Math.abs(ended.now - ended.start) > 3) {
      show(timeOf(Math.min(ended.start, ended.now)), timeOf(Math.max(ended.start, ended.now)));
    }
  };
  drawn.addEventListener("dblclick", () => show(first, last));
  drawn.addEventListener("wheel", (event) => {
    if (event.ctrlKey) {
      event.preventDefault();
      zoom(event.deltaY < 0 ? zoomBy : 1 / zoomBy, timeOf(place2(event)));
    }
  }, { passive: false });
  const keys = {
    ArrowUp: () => pick(picked === null ? lives.length - 1 : Math.max(0, picked - 1)), ArrowDown: () => pick(picked === null ? 0 : Math.min(lives.length - 1, picked + 1)),
    ArrowLeft: () => pan(-panBy), ArrowRight: () => pan(panBy), "+": () => zoom(zoomBy), "=": () => zoom(zoomBy), "-": () => zoom(1 / zoomBy),
    0: () => show(first, last), Home: () => show(first, last), Escape: () => show(first, last),
  };
  drawn.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  figure.start = () => {
    addEventListener("pointerup", release);
    const watch = new ResizeObserver(() => Math.abs(drawn.clientWidth - width) > 1 && paint());
    watch.observe(drawn);
    const unlisten = onTheme(paint);
    figure.stop = () => {
      removeEventListener("pointerup", release);
      watch.disconnect();
      unlisten();
    };
    show(first, last);
  };
  return figure;
}
