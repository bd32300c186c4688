/** A label at a glance: sign, aspect, details, colour, strength, picture. */

import { h, icon } from "./dom.js";
import { SIGNS } from "./editor.js";
import { displayed } from "./text.js";

/**
 * @typedef {import("./types.js").Critique} Critique
 * @typedef {import("./types.js").Label} Label
 * @typedef {import("./types.js").Context} Context
 */

/** @param {Label} label @param {Critique} critique @param {Context} context */
export function chip(label, critique, context) {
  const { taxonomy } = context;
  const aspect = taxonomy.aspects.get(label.aspect) ?? { label: label.aspect, attributes: new Map() };
  const details = label.attributes.map((code) => aspect.attributes.get(code) ?? code);
  const targets = critique.images.length > 1 ? label.targets.join("") : "";
  return h(
    "button",
    {
      type: "button",
      class: "chip",
      part: "chip",
      "data-key": `chip:${label.id}`,
      "data-label": label.id,
      "data-polarity": label.polarity,
      "data-status": label.status,
      "aria-haspopup": "dialog",
      "aria-label": spoken(label, aspect.label, details, critique.opinion.source_text, context),
    },
    h("span", { class: "sign", "aria-hidden": true }, SIGNS[label.polarity]),
    h("span", { class: "aspect" }, aspect.label),
    details.length > 0 && h("span", { class: "details" }, details.join(", ")),
    value(label, context),
    h("span", { class: "strength", "data-strength": label.strength, "aria-hidden": true }, h("i"), h("i"), h("i")),
    targets && h("span", { class: "target", "aria-hidden": true, dir: "ltr" }, targets),
    label.status === "confirmed" && icon("check"),
    label.status === "corrected" && icon("pen"),
  );
}

/** The colour with a square of it, the misread word, the missing thing. @param {Label} label @param {Context} context */
function value({ aspect, status, value, value_raw }, { taxonomy }) {
  const shade = aspect === "color" && value ? taxonomy.colors.get(value) : null;
  const own = status === "corrected" ? null : value_raw; // after a correction their own word may say something else
  const text = own ?? shade?.label ?? value;
  return text && h("bdi", { class: "value" }, shade && square(shade.hex), displayed(text));
}

/** @param {string} hex */
function square(hex) {
  const element = h("span", { class: "hue", "aria-hidden": true });
  element.style.backgroundColor = hex;
  return element;
}

/**
 * All of it for the ear.
 *
 * @param {Label} label @param {string} aspect @param {string[]} details @param {string} text @param {Context} context
 */
function spoken(label, aspect, details, text, { words, taxonomy }) {
  const own = label.span ? [...text].slice(...label.span).join("") : "";
  const parts = [
    aspect,
    taxonomy.polarities[label.polarity],
    taxonomy.strengths[label.strength],
    ...details,
    label.value,
    ...label.targets.map((letter) => words.say("image", { letter })),
    own && `${words.say("your_words")}: ${displayed(own)}`,
    words.say(label.status),
  ];
  return parts.filter(Boolean).join(", ");
}
