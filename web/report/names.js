// What the sections share: the data, the rate and the combination that are looked at, and who wants to know when they change.
export const data = JSON.parse(document.getElementById("data").textContent);
export const view = { point: data.points.length - 1, row: 0 };
const viewListeners = [];

export const point = () => data.points[view.point];
export const rows = () => point().rows;
export const best = () => rows()[point().ranking[0]];
export const chosen = () => rows()[view.row];

// Called at once and on every change; "row" also when another combination is looked at.
export function onView(listener) {
  viewListeners.push(listener);
  listener();
}

export function changeView(change) {
  Object.assign(view, change);
  view.row = Math.min(view.row, rows().length - 1);
  for (const listener of viewListeners) {
    listener();
  }
}

// How a point is called: by its load, its rate or its scale, whichever tells the points apart.
export function pointAxis() {
  const known = (key) => data.points.every((one) => one[key] !== null && one[key] !== undefined);
  return known("load") ? { key: "load", label: "arrival rate as a share of capacity (load)" }
    : known("requestsPerSecond") ? { key: "requestsPerSecond", label: "arrival rate (requests/s)" }
    : { key: "rateScale", label: "arrival rate (times the trace's own)" };
}
