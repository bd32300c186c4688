/** The conversation as it stands on the page: pairs, messages and what Opine says, each of them once. */

import { h } from "./dom.js";
import { Message } from "./message.js";
import { pictures } from "./pictures.js";
import { said } from "./turns.js";

/**
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./types.js").Action} Action
 * @typedef {import("./types.js").Critique} Critique
 * @typedef {import("./types.js").Showing} Showing
 * @typedef {import("./types.js").Context} Context
 */

// Turns that stand right behind the message that they answer; the later one replaces the one before.
const FOLLOWING = new Set(["received", "understood"]);

export class Thread {
  /** @type {Map<string, HTMLElement>} by showing id */
  #shown = new Map();
  /** @type {Map<string, HTMLElement>} the question under each pair that has no answer yet, by showing id */
  #asked = new Map();
  /** @type {Map<string, Message>} by client message id */
  #messages = new Map();
  /** @type {string | null} the showing that is talked about */
  current = null;

  /** @param {HTMLElement} log @param {Context} context @param {(action: Action, row: HTMLElement) => void} press */
  constructor(log, context, press) {
    this.log = log;
    this.context = context;
    this.press = press;
  }

  /** @param {Turn[]} turns @param {Message | null} [after]  the message that they answer */
  add(turns, after = null) {
    for (const turn of turns) this.#turn(turn, after);
  }

  /** @param {Turn} turn @param {Message | null} after */
  #turn(turn, after) {
    if (turn.critique && turn.kind === "understood") after = this.opinion(turn.critique);
    if (turn.kind === "received" && after?.critique?.reading) return; // the reading was faster than the receipt
    if (turn.kind === "consent") this.#unask();
    if (turn.showing && turn.kind === "comparison") this.#retire();
    const node = said(turn, this.press);
    if (turn.showing && turn.kind === "comparison") {
      const { id } = turn.showing;
      if (!this.#shown.has(id)) this.#show(turn.showing, this.log);
      delete this.#shown.get(id)?.dataset.past;
      this.#asked.get(id)?.remove();
      this.#asked.set(id, node);
      this.current = id;
    }
    if (FOLLOWING.has(turn.kind) && after && this.log.contains(after.element)) this.#follow(after, node);
    else this.log.append(node);
  }

  /** Right behind the message that it is about, before anything that was written meanwhile. @param {Message} message @param {HTMLElement} node */
  #follow(message, node) {
    const old = message.element.nextElementSibling;
    if (old instanceof HTMLElement && FOLLOWING.has(old.dataset.kind ?? "")) old.remove(); // the receipt, or the same event once more
    message.element.after(node);
  }

  /** The terms stand there once. */
  #unask() {
    for (const asked of this.log.querySelectorAll('[data-kind="consent"]:has(.answers)')) asked.remove();
  }

  /** A new pair makes all earlier buttons meaningless. */
  #retire() {
    for (const row of this.log.querySelectorAll(".answers")) row.remove();
    for (const id of this.#shown.keys()) this.answered(id);
  }

  /** Its pictures make room for what is said about them. @param {string} id */
  answered(id) {
    const block = this.#shown.get(id);
    if (block) block.dataset.past = "";
    this.#asked.get(id)?.remove();
    this.#asked.delete(id);
  }

  /** @param {Showing} showing @param {ParentNode} place */
  #show(showing, place) {
    const prompt =
      showing.prompt &&
      h("p", { class: "prompt" }, this.context.words.say("prompt", { prompt: "" }), h("bdi", {}, showing.prompt));
    const block = h(
      "section",
      { class: "showing", part: "showing", "data-showing": showing.id },
      prompt,
      pictures(showing.images, this.context),
    );
    this.#shown.set(showing.id, block);
    place.append(block);
  }

  /** A pair that was skipped leaves nothing behind. @param {string} id */
  skip(id) {
    this.answered(id);
    this.#shown.get(id)?.remove();
    this.#shown.delete(id);
  }

  /** @param {string} id @param {string} choice */
  choose(id, choice) {
    for (const picture of this.#shown.get(id)?.querySelectorAll(".picture") ?? []) {
      picture.toggleAttribute("data-chosen", /** @type {HTMLElement} */ (picture).dataset.letter === choice);
    }
  }

  /** @param {string} id  the client's message id @param {string} text */
  message(id, text) {
    const message = this.#messages.get(id) ?? new Message(text, this.context);
    this.#messages.set(id, message);
    if (!this.log.contains(message.element)) this.log.append(message.element);
    return message;
  }

  /** @param {string} id */
  drop(id) {
    this.#messages.get(id)?.element.remove();
    this.#messages.delete(id);
  }

  /** What is now known of an opinion. @param {Critique} critique */
  opinion(critique) {
    const message = this.message(critique.opinion.client_message_id, critique.opinion.source_text);
    message.understand(critique);
    return message;
  }

  /** Opinions of earlier visits. @param {Critique[]} critiques  newest first, as the server gives them @param {boolean} before  above what is there */
  restore(critiques, before) {
    const place = new DocumentFragment();
    for (const critique of [...critiques].reverse()) {
      const { opinion, images } = critique;
      if (this.#messages.has(opinion.client_message_id)) continue;
      if (!this.#shown.has(opinion.showing_id)) this.#show({ id: opinion.showing_id, images }, place);
      const block = /** @type {HTMLElement} */ (this.#shown.get(opinion.showing_id));
      block.dataset.past = "";
      const message = new Message(opinion.source_text, this.context);
      this.#messages.set(opinion.client_message_id, message);
      place.append(message.element);
      message.understand(critique);
    }
    if (before) this.log.prepend(place);
    else this.log.append(place);
  }

  clear() {
    this.log.replaceChildren();
    this.#shown.clear();
    this.#asked.clear();
    this.#messages.clear();
    this.current = null;
  }

  /** Messages that the server has, and whose reading has not come. */
  get unread() {
    return [...this.#messages.values()].filter((message) => message.waiting);
  }
}
