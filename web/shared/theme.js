// Dark or light: as the system says, until the reader chooses; printed pages are light.
const darkSystem = matchMedia("(prefers-color-scheme: dark)");
const themeListeners = new Set();
let chosenTheme = null;

export function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function isDark() {
  return document.documentElement.dataset.theme === "dark";
}

export function onTheme(listener) {
  themeListeners.add(listener);
  return () => themeListeners.delete(listener);
}

function applyTheme(name) {
  document.documentElement.dataset.theme = name;
  for (const listener of themeListeners) {
    listener();
  }
}

const currentTheme = () => chosenTheme ?? (darkSystem.matches ? "dark" : "light");

export function startTheme(button) {
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to the ${isDark() ? "light" : "dark"} theme`);
  };
  button.addEventListener("click", () => {
    chosenTheme = isDark() ? "light" : "dark";
    applyTheme(chosenTheme);
    label();
  });
  darkSystem.addEventListener("change", () => {
    applyTheme(currentTheme());
    label();
  });
  addEventListener("beforeprint", () => applyTheme("light"));
  addEventListener("afterprint", () => applyTheme(currentTheme()));
  applyTheme(currentTheme());
  label();
}
