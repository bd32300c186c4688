/** One thing that the person said: their words with the evidence marked, what became of it, and what was understood. */

import { CritiqueView } from "./critique.js";
import { focusKey, h, icon, redraw } from "./dom.js";
import { displayed, evidence } from "./text.js";

/**
 * @typedef {import("./types.js").Critique} Critique
 * @typedef {import("./types.js").Context} Context
 * @typedef {"sending" | "saved" | "will_retry" | "refused"} State
 */

/** @type {Record<State, string>} */
const SENTENCES = { sending: "sending", saved: "saved", will_retry: "failed", refused: "refused" };

export class Message {
  /** @type {Critique | undefined} */
  critique;

  /** @param {string} text @param {Context} context */
  constructor(text, context) {
    this.text = text;
    this.context = context;
    this.words = h("p", { class: "bubble", part: "bubble", dir: "auto" });
    this.state = h("div", { class: "state" });
    this.view = new CritiqueView(context, (critique) => this.understand(critique));
    this.element = h(
      "article",
      { class: "message mine", "aria-label": context.words.say("you") },
      h("div", { class: "card" }, this.words),
      this.state,
    );
    for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) {
      this.element.addEventListener(kind, (event) => this.#light(event, kind === "pointerover" || kind === "focusin"));
    }
    this.words.addEventListener("click", (event) => {
      const id = /** @type {HTMLElement} */ (event.target).closest?.("mark")?.dataset.labels?.split(" ").at(-1);
      if (id) focusKey(this.view.element, `chip:${id}`);
    });
    this.#mark([]);
  }

  /**
   * @param {State} state @param {string} [reason]
   * @param {{change?: () => void, drop?: () => void}} [ways]  out of a refusal
   */
  now(state, reason = "", { change, drop } = {}) {
    const { words, root } = this.context;
    this.element.dataset.state = state;
    /** @param {string} key @param {(() => void) | undefined} act */
    const way = (key, act) => act && h("button", { type: "button", class: "link", onclick: act }, words.say(key));
    const mark = state === "saved" ? icon("check") : state === "sending" ? "" : icon("again");
    redraw(
      this.state,
      root,
      h("span", {}, mark, words.say(SENTENCES[state], { reason: displayed(reason) })),
      ...[way("edit", change), way("discard", drop)].filter((node) => node instanceof Node),
    );
  }

  /** The server has it; its reading may have come even before. @param {import("./types.js").Opinion} opinion */
  saved(opinion) {
    if (this.critique) return this.now("saved");
    const unread = { choice: null, source: "words", conflict: false, status: "suggested" };
    this.understand({ opinion, images: [], reading: null, labels: [], preference: unread, failed: false });
  }

  /** A wish such as "skip" or "help", which is not kept. */
  command() {
    delete this.element.dataset.state;
    this.state.replaceChildren();
  }

  /** @param {Critique} critique */
  understand(critique) {
    this.critique = critique;
    if (!this.view.element.isConnected) this.element.firstElementChild?.append(this.view.element);
    this.now("saved");
    this.view.show(critique);
    this.#mark(critique.labels);
    const language = critique.reading?.language;
    if (language && language !== "und") this.words.lang = language;
    this.element.dataset.read = String(Boolean(critique.reading));
    if (critique.preference.choice) this.context.chosen(critique.opinion.showing_id, critique.preference.choice);
  }

  get waiting() {
    return this.critique !== undefined && !this.critique.reading && !this.critique.failed;
  }

  /** @param {Critique["labels"]} labels */
  #mark(labels) {
    const kinds = new Map(labels.map(({ id, polarity }) => [id, polarity]));
    this.words.replaceChildren(
      ...evidence(this.text, labels).map(({ text, ids }) =>
        ids.length
          ? h(
              "mark",
              {
                part: "evidence",
                "data-labels": ids.join(" "),
                "data-polarity": kinds.get(/** @type {string} */ (ids.at(-1))),
              },
              displayed(text),
            )
          : displayed(text),
      ),
    );
  }

  /** Lights the words of a chip, and the chips of a word. @param {Event} event @param {boolean} on */
  #light(event, on) {
    const target = /** @type {Element} */ (event.composedPath()[0]);
    const at = target.closest?.("[data-label], [data-labels]");
    if (!at) return;
    const ids = (at.getAttribute("data-label") ?? at.getAttribute("data-labels") ?? "").split(" ");
    for (const mark of this.words.querySelectorAll("mark")) {
      const lit = on && ids.some((id) => (mark.dataset.labels ?? "").split(" ").includes(id));
      mark.classList.toggle("lit", lit);
    }
    for (const chip of this.view.element.querySelectorAll(".chip[data-label]")) {
      chip.classList.toggle("lit", on && ids.includes(chip.getAttribute("data-label") ?? ""));
    }
  }
}
