/** The parts of the page around the conversation: heading, log, status line, text box. */

import { h } from "./dom.js";

/** @typedef {import("./words.js").Words} Words */

/**
 * @param {Words} words @param {HTMLElement} composer
 * @param {{help: () => void, pick: (tag: string) => void}} on
 */
export function frame(words, composer, on) {
  const languages = h(
    "select",
    { class: "languages", "aria-label": words.say("language"), onchange: () => on.pick(languages.value) },
    ...words.locales.map(({ tag, name }) =>
      h("option", { value: tag, lang: tag, selected: tag === words.locale }, name),
    ),
  );
  const help = h("button", { type: "button", class: "button quiet", onclick: on.help }, words.say("help"));
  const log = h("div", {
    class: "log",
    part: "log",
    role: "log",
    "aria-live": "polite",
    "aria-busy": "true",
    "aria-label": words.say("conversation"),
    tabindex: 0,
  });
  const status = h("p", { class: "status", part: "status", role: "status" });
  const head = h(
    "header",
    { class: "head", part: "header" },
    h("h1", { class: "title" }, words.say("title")),
    help,
    languages,
  );
  return { log, status, parts: [head, log, h("footer", { class: "foot" }, status, composer)] };
}

/** Scrolls to the newest, or to its beginning where it is tall; not while the person reads further up. @param {HTMLElement} log @param {boolean} [always] */
export function toEnd(log, always = false) {
  const far = log.scrollHeight - log.scrollTop - log.clientHeight;
  const newest = log.lastElementChild;
  if (!(newest instanceof HTMLElement) || (!always && far > 1.5 * log.clientHeight)) return;
  const calm = always || matchMedia("(prefers-reduced-motion: reduce)").matches;
  log.scrollTo({ top: newest.offsetTop - 12, behavior: calm ? "instant" : "smooth" });
}
