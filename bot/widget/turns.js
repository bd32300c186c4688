/** What Opine says: a bubble, a row of answers to press, colours to choose from. */

import { h, icon } from "./dom.js";
import { displayed } from "./text.js";

/** @typedef {import("./types.js").Turn} Turn @typedef {import("./types.js").Action} Action @typedef {import("./types.js").Critique} Critique */

// Answers that name pictures stand in the order of the pictures, also from right to left.
const PICTURES = /^(choose|target|settle):/;

// Menus for front ends that have no form; the chips are the widget's form.
const ELSEWHERE = /^(fix|edit):/;

/**
 * @param {Turn} turn
 * @param {(action: Action, row: HTMLElement) => void} press
 * @returns {HTMLElement}
 */
export function said(turn, press) {
  const quiet = turn.kind === "received" || Boolean(turn.critique?.labels.length && turn.kind === "understood"); // state and chips say it to the eye
  const actions = turn.actions.filter(({ id }) => !ELSEWHERE.test(id));
  return h(
    "div",
    { class: "message opine", lang: turn.locale, dir: turn.dir, "data-kind": turn.kind },
    h(
      "div",
      { class: quiet ? "hidden" : "bubble", part: quiet ? null : "bubble" },
      ...turn.text.split("\n\n").map((paragraph) => h("p", {}, displayed(paragraph))),
      quoted(turn),
    ),
    actions.length > 0 && answers(actions, press),
  );
}

/** The words that a question is about. @param {Turn} turn */
function quoted({ question, critique }) {
  if (!question?.span || !critique) return null;
  const words = [...critique.opinion.source_text].slice(...question.span).join("");
  return h("p", { class: "quoted", dir: "auto" }, h("q", { lang: critique.reading?.language }, displayed(words)));
}

/** @param {Action[]} actions @param {(action: Action, row: HTMLElement) => void} press */
function answers(actions, press) {
  const row = h("div", {
    class: "answers",
    part: "answers",
    dir: actions.some(({ id }) => PICTURES.test(id)) && "ltr",
  });
  if (actions.some(({ swatch }) => swatch)) row.classList.add("swatches");
  for (const action of actions) {
    row.append(
      h(
        "button",
        {
          type: "button",
          class: action.swatch ? "swatch" : `button ${action.style}`,
          part: "answer",
          "data-action": action.id,
          onclick: () => press(action, row),
        },
        action.swatch && patch(action.swatch),
        h("span", {}, action.label),
      ),
    );
  }
  return row;
}

/** A square of exactly that colour. @param {string} colour */
function patch(colour) {
  const square = h("span", { class: "patch", "aria-hidden": true });
  square.style.backgroundColor = colour;
  return square;
}

/** What stands in place of the buttons once one was pressed. @param {Action} action */
export function pressed(action) {
  return h("p", { class: "pressed" }, icon("check"), action.label);
}

/** The button that brings older messages. @param {string} label @param {() => void} load */
export function earlier(label, load) {
  return h("button", { type: "button", class: "button quiet earlier", onclick: load }, label);
}
