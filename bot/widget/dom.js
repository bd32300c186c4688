/** Elements without markup: whatever people or models wrote can only ever become a text node. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [attributes]  `onclick` and the like are listeners; false and null are left out
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child || child === "")));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  send: "M5 12h13M12 5.5 18.5 12 12 18.5",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  pen: "M5 19l1-4L16 5l3 3L9 18z",
  plus: "M12 5v14M5 12h14",
  back: "M14.5 5.5 8 12l6.5 6.5",
  on: "M9.5 5.5 16 12l-6.5 6.5",
  chat: "M4.5 5.5h15v11h-8l-4.5 3.5v-3.5h-2.5z",
  again: "M19 12a7 7 0 1 1-2-5M17 3v4.2h-4.2",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Replaces what is in a container, and keeps the keyboard focus on the element with the same `data-key`.
 *
 * @param {Element} container
 * @param {ShadowRoot} root
 * @param {...Node} children
 */
export function redraw(container, root, ...children) {
  const active = root.activeElement;
  const key = active && container.contains(active) ? active.getAttribute("data-key") : null;
  container.replaceChildren(...children);
  if (key) focusKey(container, key);
}

/** @param {Element} container @param {string} key */
export function focusKey(container, key) {
  const found = container.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (found instanceof HTMLElement) found.focus();
}
