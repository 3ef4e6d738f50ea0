// Builds elements. Text is always set as text, so that no name of a trace or tenant becomes markup.
const svgSpace = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }

  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(svgSpace, name), attributes, children);
}

export function choice(label, options, chosen, changed) {
  const select = el("select", { onchange: () => changed(select.selectedIndex) }, options.map((text, i) => el("option", { value: i, selected: i === chosen }, text)));
  return el("label", { class: "choice" }, el("span", {}, label), select);
}

export function table(caption, heads, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col", class: head.text ? "text" : null }, head.title ?? head)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, i) =>
        i === 0 ? el("th", { scope: "row" }, cell) : el("td", { class: heads[i].text ? "text" : null }, cell)))))));
}

export function absent(part, how) {
  return el("p", { class: "absent" }, `Not shown here: ${part}. To get it: ${how}.`);
}
