/** What goes back and forth: messages out, answers and events in. */

import { Refusal } from "./api.js";
import { toEnd } from "./frame.js";
import { newId, pause, remember } from "./memory.js";
import { Outbox } from "./outbox.js";
import { follow } from "./stream.js";
import { Thread } from "./thread.js";
import { earlier, pressed } from "./turns.js";

/**
 * @typedef {import("./types.js").Turn} Turn
 * @typedef {import("./types.js").Action} Action
 * @typedef {import("./types.js").Waiting} Waiting
 * @typedef {import("./types.js").Context} Context
 * @typedef {import("./composer.js").Composer} Composer
 * @typedef {import("./message.js").Message} Message
 */

const FIRST_LOOK = 8000; // ms until a reading is asked for that should long have come by itself

export class Dialogue {
  /**
   * @param {Context} context @param {HTMLElement} log @param {Composer} composer
   * @param {string} scope @param {(name: string, detail: object) => void} announce  to the page around
   */
  constructor(context, log, composer, scope, announce) {
    this.context = context;
    this.api = context.api;
    this.log = log;
    this.composer = composer;
    this.scope = scope;
    this.announce = announce;
    this.thread = new Thread(log, context, (action, row) => void this.act(action, row));
    this.outbox = new Outbox(
      scope,
      (item) => this.#deliver(item),
      (item, state, answer) => this.#sent(item, state, answer),
      this.api.signal,
    );
  }

  /** @param {string} id @param {string} choice */
  chosen(id, choice) {
    this.thread.choose(id, choice);
  }

  /** Follows the events, and resolves once their stream stands: only then is it safe to read the state that they change. */
  follow() {
    return new Promise((resolve) => {
      void follow(
        this.api,
        {
          connected: (resumed) => {
            resolve(undefined);
            this.context.status("");
            if (!resumed) void this.#catchUp();
          },
          lost: () => {
            resolve(undefined);
            this.context.status(this.context.words.say("offline"));
          },
          event: (name, data) => name === "turns" && this.hear(data.turns),
        },
        this.api.signal,
      );
    });
  }

  /** What an interrupted stream may have missed, when it had no id yet to go on from. */
  async #catchUp() {
    for (const message of this.thread.unread) await this.#look(message);
  }

  /** @param {Message} message */
  async #look({ critique }) {
    const found = await this.api.call("GET", `/opinions/${critique?.opinion.id}`).catch(() => null);
    if (found) this.thread.opinion(found);
  }

  /** Asks for a reading that no event has brought, less and less often. @param {Message} message */
  async #await(message) {
    for (let wait = FIRST_LOOK; !this.api.signal.aborted; wait *= 2) {
      await pause(wait, this.api.signal);
      if (!message.waiting) return;
      await this.#look(message);
    }
  }

  /** Puts everything back as it was: earlier opinions, the open question or pair, what still waits to be sent. */
  async restore() {
    const page = await this.#page("");
    const { turns } = await this.api.call("POST", "/conversation/open", {
      campaign: this.api.campaign,
      locale: this.api.locale,
    });
    this.thread.restore(page.items, false);
    this.#offerEarlier(page.next);
    this.hear(turns);
    for (const item of await this.outbox.restore()) this.#sent(item, item.refused ? "refused" : "will_retry");
    this.log.setAttribute("aria-busy", "false");
    toEnd(this.log, true);
    void this.outbox.start();
  }

  /** @param {string} cursor @returns {Promise<{items: import("./types.js").Critique[], next: string | null}>} */
  #page(cursor) {
    return this.api.call(
      "GET",
      `/opinions?${new URLSearchParams({ campaign: this.api.campaign, limit: "20", ...(cursor && { before: cursor }) })}`,
    );
  }

  /** @param {string | null} cursor */
  #offerEarlier(cursor) {
    if (!cursor) return;
    const button = earlier(this.context.words.say("earlier"), async () => {
      const page = await this.#page(cursor).catch((error) => this.#failed(error));
      if (!page) return;
      button.remove();
      this.thread.restore(page.items, true);
      this.#offerEarlier(page.next);
    });
    this.log.prepend(button);
  }

  /** @param {Turn[]} turns @param {Message | null} [after] */
  hear(turns, after = null) {
    if (turns.some(({ kind }) => kind === "deleted")) this.#forget();
    this.thread.add(turns, after);
    for (const { kind, critique } of turns) {
      if (kind === "export") void this.#download();
      if (critique && kind === "understood") this.announce("opine-critique", { critique });
    }
    toEnd(this.log);
  }

  /** @param {string} text */
  async say(text) {
    const item = { id: newId(), showing_id: this.thread.current, text, created: Date.now(), scope: this.scope };
    this.thread.message(item.id, text).now("sending");
    toEnd(this.log, true);
    await this.outbox.post(item);
  }

  /** @param {Waiting} item */
  #deliver({ id, showing_id, text }) {
    return this.api.call("POST", "/opinions", {
      campaign: this.api.campaign,
      showing_id,
      source_text: text,
      client_message_id: id,
    });
  }

  /** @param {Waiting} item @param {import("./message.js").State} state @param {any} [answer] */
  #sent(item, state, answer) {
    const message = this.thread.message(item.id, item.text);
    if (state === "saved") return this.#accepted(item, message, answer);
    const withdraw = () => {
      this.thread.drop(item.id);
      void this.outbox.discard(item);
    };
    const change = () => {
      withdraw();
      this.composer.giveBack(item.text);
    };
    const ways = state === "refused" ? { change, drop: withdraw } : {};
    return message.now(state, item.refused, ways);
  }

  /** @param {Waiting} item @param {Message} message @param {{opinion: import("./types.js").Opinion | null, turns: Turn[]}} answer */
  #accepted(item, message, { opinion, turns }) {
    if (opinion) {
      message.saved(opinion);
      this.thread.answered(opinion.showing_id);
      void this.#await(message);
      this.announce("opine-opinion", { opinion });
    } else if (turns.some(({ kind }) => kind === "consent")) {
      this.thread.drop(item.id); // nothing is kept before they agree: the words go back into the box
      this.composer.giveBack(item.text);
    } else {
      message.command();
    }
    this.hear(turns, message);
  }

  /** @param {Action} action @param {HTMLElement | null} row  of buttons, gone once one of them worked */
  async act(action, row) {
    const buttons = [...(row?.querySelectorAll("button") ?? [])];
    for (const button of buttons) button.disabled = true;
    try {
      const { turns } = await this.api.call("POST", "/actions", { campaign: this.api.campaign, action: action.id });
      const [verb, showing, choice] = action.id.split(":");
      if (verb === "choose") this.chosen(showing, choice);
      if (verb === "skip") this.thread.skip(showing);
      if (verb === "next" || verb === "confirm") row?.remove();
      else row?.replaceWith(pressed(action));
      this.hear(turns);
      if (row) this.composer.box.focus({ preventScroll: true });
    } catch (error) {
      for (const button of buttons) button.disabled = false;
      this.#failed(error);
    }
  }

  /** @param {unknown} error @returns {undefined} */
  #failed(error) {
    const told = error instanceof Refusal && error.status;
    if (!this.api.signal.aborted) this.context.status(told ? error.message : this.context.words.say("offline"));
  }

  async #download() {
    const everything = await this.api.call("GET", "/me/data").catch((error) => this.#failed(error));
    if (!everything) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" }));
    link.download = "opine-my-data.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** The server has erased everything; so does the browser. */
  #forget() {
    remember(`token:${this.api.server}`, null);
    void this.outbox.clear();
    this.thread.clear();
  }
}
