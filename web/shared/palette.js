import { isDark } from "./theme.js";

// Okabe and Ito's colours, which stay apart for colour-blind readers, each with a dash and a marker of its own: colour is never alone.
const onLight = ["#0072B2", "#D55E00", "#007A5A", "#B0568C", "#8A6D00", "#2F8FC4", "#4D4D4D", "#A33C00"];
const onDark = ["#56B4E9", "#F0833A", "#2FC59B", "#E29AC4", "#F0E442", "#8FC7EE", "#C8C8C8", "#E69F00"];
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 4], [1, 5], [6, 2, 2, 2]];

export function color(index) {
  return (isDark() ? onDark : onLight)[index % onLight.length];
}

export function dash(index) {
  return dashes[index % dashes.length];
}

const phaseLight = ["#9A9A9A", "#0072B2", "#009E73", "#C9B200", "#D55E00"];
const phaseDark = ["#8C8C8C", "#56B4E9", "#2FC59B", "#F0E442", "#F0833A"];

export function phaseColor(phase) {
  return (isDark() ? phaseDark : phaseLight)[phase];
}
