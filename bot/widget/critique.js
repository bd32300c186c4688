/** What was understood of a message: language, translation, labels as chips, preference. All of it can be put right. */

import { chip } from "./chip.js";
import { focusKey, h, icon, redraw } from "./dom.js";
import { edit, option } from "./editor.js";
import { LETTERS } from "./pictures.js";
import { displayed } from "./text.js";

/**
 * @typedef {import("./types.js").Critique} Critique
 * @typedef {import("./types.js").Label} Label
 * @typedef {import("./types.js").Context} Context
 */

export class CritiqueView {
  /** @param {Context} context @param {(critique: Critique) => void} changed  after a correction */
  constructor(context, changed) {
    this.context = context;
    this.changed = changed;
    this.element = h("div", { class: "critique", part: "critique" });
  }

  /** @param {Critique} critique */
  show(critique) {
    this.critique = critique;
    const { words, root } = this.context;
    const { reading } = critique;
    if (!reading) {
      const text = words.say(critique.failed ? "unread" : "reading");
      redraw(this.element, root, h("p", { class: "muted waiting" }, text, !critique.failed && dots()));
      return;
    }
    redraw(
      this.element,
      root,
      this.#translation(critique),
      this.#chips(critique),
      ...(critique.images.length > 1 ? [this.#preference(critique)] : []),
    );
  }

  /** @param {Critique} critique */
  #translation({ opinion, reading }) {
    const { words } = this.context;
    const { language, translation } = /** @type {NonNullable<Critique["reading"]>} */ (reading);
    const name = h("span", { class: "language" }, words.language(language));
    if (language === "en" || translation === opinion.source_text) return h("p", { class: "translation" }, name);
    if (translation === null)
      return h("p", { class: "translation" }, name, h("span", { class: "muted" }, words.say("not_translated")));
    return h(
      "p",
      { class: "translation", part: "translation" },
      name,
      h("span", { class: "hidden" }, `${words.say("translation")}: `),
      h("bdi", { lang: "en", dir: "auto" }, displayed(translation)),
    );
  }

  /** @param {Critique} critique */
  #chips(critique) {
    const { words } = this.context;
    const { labels } = critique;
    const chips = labels.map((label) => h("li", {}, this.#chip(label, critique)));
    const add = h(
      "button",
      {
        type: "button",
        class: "chip add",
        "data-key": "add",
        "aria-label": words.say("add"),
        title: words.say("add"),
        onclick: () => this.#edit(null, add),
      },
      icon("plus"),
    );
    if (!labels.length) chips.push(h("li", { class: "muted none" }, words.say("no_labels")));
    return h("ul", { class: "chips", "aria-label": words.say("understood") }, ...chips, h("li", {}, add));
  }

  /** @param {Label} label @param {Critique} critique */
  #chip(label, critique) {
    const element = chip(label, critique, this.context);
    element.addEventListener("click", () => void this.#edit(label, element));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") void this.#remove(label);
    });
    return element;
  }

  /** @param {Critique} critique */
  #preference({ images, preference, opinion }) {
    const { words } = this.context;
    const name = `preference-${opinion.id}`;
    const letters = LETTERS.slice(0, images.length).map((letter) => {
      const element = option("radio", name, letter, letter, preference.choice === letter);
      element.firstElementChild?.setAttribute("aria-label", words.say("image", { letter }));
      return element;
    });
    const tie = option("radio", name, "tie", words.say("tie"), preference.choice === "tie");
    for (const { firstElementChild: input } of [...letters, tie])
      input?.setAttribute("data-key", `prefer:${input.getAttribute("value")}`);
    const row = h(
      "fieldset",
      {
        class: "preference",
        part: "preference",
        "data-status": preference.status,
        "data-conflict": preference.conflict,
      },
      h("legend", { class: "legend" }, words.say(preference.choice ? "preferred" : "no_preference")),
      h("div", { class: "options", dir: "ltr" }, ...letters),
      tie,
    );
    row.addEventListener("change", (event) => void this.#prefer(/** @type {HTMLInputElement} */ (event.target).value));
    return row;
  }

  /** @param {Label | null} label @param {HTMLElement} anchor */
  async #edit(label, anchor) {
    if (!this.critique) return;
    const decision = await edit(label, this.critique.images.length, anchor, this.context);
    if (!decision) focusKey(this.element, label ? `chip:${label.id}` : "add");
    else if (decision.action === "save")
      await this.#change(label ? "PUT" : "POST", label ? `/${label.id}` : "", decision.label, label);
    else if (label && decision.action === "confirm")
      await this.#change("POST", `/${label.id}/confirm`, undefined, label);
    else if (label) await this.#remove(label);
  }

  /** @param {Label} label */
  async #remove(label) {
    if (!(await this.#change("DELETE", `/${label.id}`, undefined, null))) return;
    this.context.status(this.context.words.say("removed"), () => {
      this.context.status("");
      void this.#change("POST", `/${label.id}/confirm`, undefined, label); // taken back: it was right after all
    });
  }

  /** @param {string} method @param {string} path @param {unknown} body @param {Label | null} focus  where the keyboard goes on */
  async #change(method, path, body, focus) {
    const { api, status } = this.context;
    const opinion = this.critique?.opinion.id;
    try {
      const critique = /** @type {Critique} */ (await api.call(method, `/opinions/${opinion}/labels${path}`, body));
      this.changed(critique);
      const now =
        focus && (critique.labels.find(({ id, replaces }) => id === focus.id || replaces === focus.id) ?? null);
      focusKey(this.element, now ? `chip:${now.id}` : "add");
      status("");
      return true;
    } catch (error) {
      status(/** @type {Error} */ (error).message);
      return false;
    }
  }

  /** @param {string} choice */
  async #prefer(choice) {
    const { api, status } = this.context;
    if (!this.critique) return;
    const { id, showing_id } = this.critique.opinion;
    try {
      const { preference } = await api.call("PUT", `/showings/${showing_id}/preference`, { choice, opinion_id: id });
      this.changed({ ...this.critique, preference });
    } catch (error) {
      this.show(this.critique);
      status(/** @type {Error} */ (error).message);
    }
  }
}

function dots() {
  return h("span", { class: "dots", "aria-hidden": true }, h("i"), h("i"), h("i"));
}
