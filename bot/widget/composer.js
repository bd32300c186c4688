/** Where the person writes: nothing typed is lost, and Enter sends only what is finished. */

import { h, icon } from "./dom.js";
import { recall, remember } from "./memory.js";
import { codePoints } from "./text.js";

const LIMIT = 4000; // code points, as the server counts
const WARN = 3600;

/** @typedef {import("./words.js").Words} Words */

export class Composer {
  /** @param {string} scope  whose draft @param {Words} words @param {(text: string) => Promise<void>} send  resolves once the text is kept */
  constructor(scope, words, send) {
    this.key = `draft:${scope}`;
    this.words = words;
    this.send = send;
    this.count = h("span", { class: "count", role: "status" });
    this.box = h("textarea", {
      rows: 1,
      dir: "auto",
      part: "input",
      "aria-label": words.say("placeholder"),
      placeholder: words.say("placeholder"),
      enterkeyhint: "send",
      oninput: () => this.#typed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.button = h(
      "button",
      { type: "submit", class: "send", part: "send", "aria-label": words.say("send"), title: words.say("send") },
      icon("send"),
    );
    this.element = h("form", { class: "composer", part: "composer" }, this.box, this.count, this.button);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.write(recall(this.key) ?? "");
  }

  /** @param {string} text */
  write(text) {
    this.box.value = text;
    this.#typed();
  }

  /** Gives a text back to be changed, before what is being written meanwhile. @param {string} text */
  giveBack(text) {
    this.write(this.box.value.trim() ? `${text}\n\n${this.box.value}` : text);
    this.box.focus();
  }

  #typed() {
    remember(this.key, this.box.value);
    this.#shape();
  }

  #shape() {
    const length = codePoints(this.box.value);
    this.count.textContent = length > WARN ? this.words.say("characters", { count: length, limit: LIMIT }) : "";
    this.box.setAttribute("aria-invalid", String(length > LIMIT));
    this.button.disabled = length > LIMIT || !this.box.value.trim();
    this.box.style.blockSize = "auto"; // for browsers without field-sizing
    this.box.style.blockSize = `${this.box.scrollHeight}px`;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const composing = event.isComposing || event.keyCode === 229; // an input method is still choosing characters
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    void this.#submit();
  }

  async #submit() {
    if (this.button.disabled) return;
    const text = this.box.value;
    this.box.value = "";
    this.#shape();
    this.box.focus();
    await this.send(text);
    remember(this.key, this.box.value); // the draft goes only when the outbox has it
  }
}
