/** The interface's sentences, all of them from the server's catalogues. */

/** The only words of the widget's own: for when the server that has the others cannot be reached. @type {Record<string, string>} */
const LAST_RESORT = {
  load_failed: "The chat could not be loaded.",
  retry: "Try again",
  loading: "Loading",
  open_chat: "What do you think?",
};

export class Words {
  /** @param {{locale: string, dir: string, strings: Record<string, string>, locales: {tag: string, name: string}[]}} [wording] */
  constructor(wording = { locale: "en", dir: "ltr", strings: {}, locales: [] }) {
    this.locale = wording.locale;
    this.dir = wording.dir;
    this.locales = wording.locales;
    this.strings = wording.strings;
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  say(key, values = {}) {
    const sentence = this.strings[key] ?? LAST_RESORT[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }

  /** The name of a language in the interface's language. @param {string} tag */
  language(tag) {
    if (tag === "und") return this.say("unknown_language");
    try {
      return new Intl.DisplayNames([this.locale], { type: "language" }).of(tag) ?? tag;
    } catch {
      return tag; // not a tag that this browser understands
    }
  }
}

/**
 * Which languages to ask the server for, best first.
 *
 * @param {string | null} attribute  the element's own `lang`
 * @param {string | null} chosen  what the person picked in the menu, some time
 */
export function wanted(attribute, chosen) {
  const all = [attribute, chosen, document.documentElement.lang, ...navigator.languages];
  return [...new Set(all.filter(Boolean))].slice(0, 8).join(",");
}

/** The taxonomy as the server lists it, to look names up in. @param {any} taxonomy @returns {import("./types.js").Taxonomy} */
export function named({ aspects, polarities, strengths, colors }) {
  const attributesOf = (/** @type {any} */ aspect) =>
    new Map(aspect.attributes.map((/** @type {any} */ { name, label }) => [name, label]));
  return {
    polarities,
    strengths,
    colors: new Map(Object.entries(colors)),
    aspects: new Map(
      aspects.map((/** @type {any} */ aspect) => [
        aspect.name,
        { label: aspect.label, attributes: attributesOf(aspect) },
      ]),
    ),
  };
}
