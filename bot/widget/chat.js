/** One running chat: loads words and menus, builds the page, starts the dialogue; says so where that fails. */

import { Api, Refusal } from "./api.js";
import { Composer } from "./composer.js";
import { Dialogue } from "./dialogue.js";
import { h, icon } from "./dom.js";
import { frame } from "./frame.js";
import { backOff, pause, recall, remember } from "./memory.js";
import { named, wanted, Words } from "./words.js";

const LOAD_ANYWAY = 10_000; // ms for the event stream to stand before the rest is loaded anyway

export class Chat {
  #stop = new AbortController();
  #words = new Words();

  /**
   * @param {HTMLElement} host @param {{server: string, campaign: string, lang: string | null}} settings
   * @param {(lang: string) => void} speak  starts again in another language
   */
  constructor(host, settings, speak) {
    this.host = host;
    this.settings = settings;
    this.speak = speak;
    this.element = h("div", { class: "chat" });
  }

  stop() {
    this.#stop.abort();
  }

  /** Loads, and tries again by itself for as long as the server may come back. @param {number} [attempt] */
  async start(attempt = 0) {
    const stop = new AbortController();
    this.#stop = stop;
    if (attempt === 0) this.element.replaceChildren(this.#loading());
    try {
      await this.#load(new Api(this.settings.server, this.settings.campaign, stop.signal), this.settings.lang);
      this.#announce("opine-ready", {});
    } catch (error) {
      if (stop.signal.aborted) return;
      stop.abort(); // whatever of this attempt is still going on
      console.error("opine:", error);
      this.#unavailable(error);
      if (error instanceof Refusal && error.passing) await this.#later(attempt);
    }
  }

  /** @param {number} attempt */
  async #later(attempt) {
    const { signal } = (this.#stop = new AbortController());
    await pause(backOff(attempt + 1, 60_000), signal);
    if (!signal.aborted) void this.start(attempt + 1);
  }

  #loading() {
    return h(
      "p",
      { class: "loading", role: "status", "aria-label": this.#words.say("loading") },
      h("span", { class: "dots" }, h("i"), h("i"), h("i")),
    );
  }

  /** @param {Api} api @param {string | null} lang */
  async #load(api, lang) {
    const locale = encodeURIComponent(wanted(lang, recall("language")));
    const [wording, taxonomy] = await Promise.all([
      api.open(`/wording?locale=${locale}`),
      api.open(`/taxonomy?locale=${locale}`),
    ]);
    this.#words = new Words(wording);
    api.locale = this.#words.locale;
    const dialogue = this.#build(api, named(taxonomy));
    await Promise.race([dialogue.follow(), new Promise((resolve) => setTimeout(resolve, LOAD_ANYWAY))]);
    await dialogue.restore();
  }

  /** @param {Api} api @param {import("./types.js").Taxonomy} taxonomy */
  #build(api, taxonomy) {
    const words = this.#words;
    const scope = `${api.server} ${api.campaign}`;
    /** @type {Composer} */
    const composer = new Composer(scope, words, (text) => dialogue.say(text));
    const { log, status, parts } = frame(words, composer.element, {
      help: () => void dialogue.act({ id: "help", label: "" }, null),
      pick: (tag) => {
        remember("language", tag);
        this.speak(tag);
      },
    });
    const root = /** @type {ShadowRoot} */ (this.host.shadowRoot);
    const context = {
      api,
      words,
      taxonomy,
      root,
      status: (/** @type {string} */ text, /** @type {(() => void) | undefined} */ undo) => {
        status.replaceChildren(
          text,
          ...(undo ? [" ", h("button", { type: "button", class: "link", onclick: undo }, words.say("undo"))] : []),
        );
      },
      chosen: (/** @type {string} */ id, /** @type {string} */ choice) => dialogue.chosen(id, choice),
    };
    /** @type {Dialogue} */
    const dialogue = new Dialogue(context, log, composer, scope, (name, detail) => this.#announce(name, detail));
    this.element.lang = words.locale;
    this.element.dir = words.dir;
    this.element.replaceChildren(...parts);
    return dialogue;
  }

  /** @param {unknown} error */
  #unavailable(error) {
    const again = h(
      "button",
      { type: "button", class: "button", onclick: () => this.#again() },
      icon("again"),
      this.#words.say("retry"),
    );
    this.element.replaceChildren(
      h("div", { class: "unavailable", role: "alert" }, h("p", {}, this.#words.say("load_failed")), again),
    );
    this.#announce("opine-error", { message: String(error) });
  }

  #again() {
    this.#stop.abort();
    void this.start();
  }

  /** @param {string} name @param {object} detail */
  #announce(name, detail) {
    this.host.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}
