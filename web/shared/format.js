// How figures are spelt: three significant digits and a unit, as on the command line.
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export function three(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return "–";
  }

  const size = Math.abs(value);
  return size >= 999.5 ? grouped.format(value) : size >= 99.95 ? value.toFixed(0) : size >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

export function count(value) {
  return value === null || value === undefined ? "–" : Number.isInteger(value) ? grouped.format(value) : three(value);
}

export function seconds(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return "–";
  }

  const size = Math.abs(value);
  return value === 0 ? "0 s" : size < 0.0009995 ? `${three(value * 1e6)} µs` : size < 0.9995 ? `${three(value * 1e3)} ms` : `${three(value)} s`;
}

export function percent(share) {
  return share === null || share === undefined || !Number.isFinite(share) ? "–" : `${(100 * share).toFixed(1)}%`;
}

// A ratio as a change: 0.8 is -20.0%.
export function change(ratio) {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) {
    return "–";
  }

  const value = 100 * (ratio - 1);
  const text = Math.abs(value) >= 999.5 ? grouped.format(Math.abs(value)) : Math.abs(value).toFixed(1);
  return `${text === "0.0" ? "" : value < 0 ? "−" : "+"}${text}%`;
}

// Axis ticks: no more digits than needed.
export function tickNumber(value) {
  return value === null || value === undefined ? "" : grouped.format(value) === "0" || Math.abs(value) < 1000 ? String(Number(value.toPrecision(6))) : grouped.format(value);
}

export function tickSeconds(value) {
  return value === null || value === undefined ? "" : value === 0 ? "0" : value < 0.001 ? `${tickNumber(value * 1e6)} µs` : value < 1 ? `${tickNumber(value * 1e3)} ms` : `${tickNumber(value)} s`;
}
