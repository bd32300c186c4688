/** The small form in which a label is confirmed, corrected, removed or added. */

import { h, icon } from "./dom.js";
import { LETTERS } from "./pictures.js";

/**
 * @typedef {import("./types.js").Label} Label
 * @typedef {import("./types.js").Context} Context
 * @typedef {{action: "confirm" | "remove"} | {action: "save", label: object}} Decision
 */

export const SIGNS = { positive: "＋", negative: "－", neutral: "·" };

/**
 * Asks what is to become of a label; null: nothing.
 *
 * @param {Label | null} label  null: a new one
 * @param {number} images  how many pictures it may be about
 * @param {HTMLElement} anchor  what it opens beside
 * @param {Context} context
 * @returns {Promise<Decision | null>}
 */
export function edit(label, images, anchor, context) {
  const { words, root } = context;
  const form = fields(label, images, context);
  const { promise, resolve } = settle();
  /** @param {Decision | null} decision */
  const decide = (decision) => {
    resolve(decision);
    dialog.close();
  };
  /** @param {keyof typeof SHORT} action @param {"check" | "close"} mark */
  const shortcut = (action, mark) =>
    h(
      "button",
      { type: "button", class: `button ${SHORT[action]}`, onclick: () => decide({ action }) },
      icon(mark),
      words.say(action),
    );

  const dialog = h(
    "dialog",
    { class: "editor", part: "editor", "aria-label": words.say(label ? "correct" : "add") },
    label && h("div", { class: "shortcuts" }, shortcut("confirm", "check"), shortcut("remove", "close")),
    form.element,
    h(
      "div",
      { class: "editor-end" },
      h("button", { type: "button", class: "button quiet", onclick: () => decide(null) }, words.say("cancel")),
      h("button", { type: "submit", class: "button strong", form: "label" }, words.say("save")),
    ),
  );
  form.element.addEventListener("submit", (event) => {
    event.preventDefault();
    decide({ action: "save", label: form.value() });
  });
  dialog.addEventListener("click", (event) => event.target === dialog && decide(null));
  dialog.addEventListener("close", () => {
    resolve(null);
    dialog.remove();
  });
  (root.querySelector(".chat") ?? root).append(dialog);
  dialog.showModal();
  place(dialog, anchor);
  return promise;
}

const SHORT = { confirm: "good", remove: "bad" };

/** @returns {{promise: Promise<Decision | null>, resolve: (decision: Decision | null) => void}} */
function settle() {
  /** @type {(decision: Decision | null) => void} */
  let resolve = () => undefined;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Beside the chip on wide screens; on phones the style sheet makes it a sheet at the bottom. @param {HTMLElement} dialog @param {HTMLElement} anchor */
function place(dialog, anchor) {
  const chip = anchor.getBoundingClientRect();
  const box = dialog.getBoundingClientRect();
  const below = chip.bottom + 8 + box.height < innerHeight;
  const top = below ? chip.bottom + 8 : Math.max(8, chip.top - 8 - box.height);
  dialog.style.setProperty("--top", `${top}px`);
  dialog.style.setProperty("--left", `${Math.max(8, Math.min(chip.left, innerWidth - box.width - 8))}px`);
}

/** @param {Label | null} label @param {number} images @param {Context} context */
function fields(label, images, { words, taxonomy }) {
  const aspect = h(
    "select",
    { name: "aspect" },
    ...[...taxonomy.aspects].map(([code, named]) =>
      h("option", { value: code, selected: code === (label?.aspect ?? "overall") }, named.label),
    ),
  );
  const attributes = h("div", { class: "options" });
  const details = group(words.say("details"), attributes);

  function detail() {
    const kept = aspect.value === label?.aspect ? label.attributes : [];
    const possible = [...(taxonomy.aspects.get(aspect.value)?.attributes ?? [])];
    attributes.replaceChildren(
      ...possible.map(([code, name]) => option("checkbox", "attribute", code, name, kept.includes(code))),
    );
  }
  aspect.addEventListener("change", detail);
  detail();

  const polarities = Object.entries(SIGNS).map(([name, sign]) =>
    option("radio", "polarity", name, `${sign} ${taxonomy.polarities[name]}`, name === (label?.polarity ?? "positive")),
  );
  const strengths = [1, 2, 3].map((step) =>
    option("radio", "strength", String(step), taxonomy.strengths[step], step === (label?.strength ?? 2)),
  );
  const targets = LETTERS.slice(0, images).map((letter) =>
    option("checkbox", "target", letter, letter, Boolean(label?.targets.includes(letter))),
  );
  const form = h(
    "form",
    { id: "label" },
    h("label", { class: "field" }, h("span", { class: "legend" }, words.say("aspect")), aspect),
    group(words.say("polarity"), h("div", { class: "options" }, ...polarities)),
    group(words.say("strength"), h("div", { class: "options" }, ...strengths)),
    images > 1 && group(words.say("about"), h("div", { class: "options" }, ...targets)),
    details,
  );
  return { element: form, value: () => collect(form, label) };
}

/** @param {string} legend @param {HTMLElement} content */
function group(legend, content) {
  return h("fieldset", { class: "field" }, h("legend", { class: "legend" }, legend), content);
}

/** @param {"radio" | "checkbox"} type @param {string} name @param {string} value @param {string} text @param {boolean} checked */
export function option(type, name, value, text, checked) {
  return h("label", { class: "option" }, h("input", { type, name, value, checked }), h("span", {}, text));
}

/** @param {HTMLFormElement} form @param {Label | null} label */
function collect(form, label) {
  const entered = new FormData(form);
  const aspect = entered.get("aspect");
  return {
    aspect,
    polarity: entered.get("polarity"),
    strength: Number(entered.get("strength")),
    targets: entered.getAll("target"),
    attributes: entered.getAll("attribute"),
    value: aspect === label?.aspect ? (label?.value ?? null) : null, // the colour or word belongs to its aspect
  };
}
