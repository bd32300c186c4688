/**
 * `<opine-chat campaign="demo" [server] [lang] [mode="page | launcher"]>`: asks people what they think of images.
 *
 * With mode="launcher" it is a round button in the corner that opens a panel, and asks the server nothing before that.
 */

import { baseStyle } from "./base.css";
import { Chat } from "./chat.js";
import { controlsStyle } from "./controls.css";
import { critiqueStyle } from "./critique.css";
import { h, icon } from "./dom.js";
import { placesStyle } from "./places.css";
import { talkStyle } from "./talk.css";
import { Words } from "./words.js";

const ORIGIN = new URL(import.meta.url).origin;

/** @type {CSSStyleSheet | undefined} one for all elements of the page */
let sheet;

function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(baseStyle + talkStyle + critiqueStyle + controlsStyle + placesStyle);
  }
  return sheet;
}

class OpineChat extends HTMLElement {
  static observedAttributes = ["campaign", "server", "lang", "mode"];

  /** @type {Chat | null} */
  #chat = null;
  /** @type {HTMLElement | null} */
  #panel = null;
  /** @type {HTMLButtonElement | null} */
  #launcher = null;
  #due = false;

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [styles()];
    this.#renew();
  }

  disconnectedCallback() {
    this.#chat?.stop();
    this.#chat = null;
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#renew();
  }

  /** Starts afresh, once for all attributes that change in one go. */
  #renew() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.#draw();
    });
  }

  #draw() {
    const wasOpen = this.#panel !== null && !this.#panel.hidden;
    this.#chat?.stop();
    this.#chat = null;
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    root.replaceChildren();
    if (this.getAttribute("mode") !== "launcher") {
      this.#panel = null;
      root.append(this.#start());
      return;
    }
    const label = new Words().say("open_chat");
    this.#panel = h("div", {
      class: "panel",
      part: "panel",
      role: "dialog",
      id: "panel",
      "aria-label": label,
      hidden: true,
    });
    this.#panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.#launcher = h(
      "button",
      {
        type: "button",
        class: "launcher",
        part: "launcher",
        "aria-label": label,
        "aria-expanded": "false",
        "aria-controls": "panel",
        "aria-haspopup": "dialog",
        onclick: () => (this.#panel?.hidden ? this.open() : this.close()),
      },
      icon("chat"),
      icon("close"),
    );
    root.append(this.#panel, this.#launcher);
    if (wasOpen) this.open();
  }

  #start() {
    const settings = {
      server: (this.getAttribute("server") ?? ORIGIN).replace(/\/+$/, ""),
      campaign: this.getAttribute("campaign") ?? "demo",
      lang: this.getAttribute("lang"),
    };
    this.#chat = new Chat(this, settings, (lang) => this.setAttribute("lang", lang));
    void this.#chat.start();
    return this.#chat.element;
  }

  /** Opens the panel of a launcher. */
  open() {
    if (!this.#panel || !this.#launcher) return;
    if (!this.#chat) this.#panel.append(this.#start());
    this.#panel.hidden = false;
    this.#launcher.setAttribute("aria-expanded", "true");
    const box = this.#panel.querySelector("textarea");
    if (box) box.focus();
    else this.addEventListener("opine-ready", () => this.#panel?.querySelector("textarea")?.focus(), { once: true });
  }

  /** Closes it; the focus goes back to the button. */
  close() {
    if (!this.#panel || !this.#launcher) return;
    this.#panel.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.focus();
  }
}

if (!customElements.get("opine-chat")) customElements.define("opine-chat", OpineChat); // a page may load the script twice
