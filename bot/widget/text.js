/** Text of people: what is displayed, and where evidence stands in it. What is sent is never touched. */

// Controls, and the bidi embeddings, overrides and isolates that could turn the text around them. Marks (LRM, RLM, ALM) and joiners stay.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\u{e0001}]/gu;

/** @param {string} text */
export function displayed(text) {
  return text.replace(HIDDEN, "");
}

/** How many code points: what the server counts. @param {string} text */
export function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * The UTF-16 index of every code point, and the length at the end. @param {string} text @returns {number[]}
 */
export function utf16Offsets(text) {
  const offsets = [0];
  for (const character of text) offsets.push(/** @type {number} */ (offsets.at(-1)) + character.length);
  return offsets;
}

/**
 * Cuts a text at the borders of all labels' evidence: "a[b{c]d}" becomes a, b (1), c (1, 2), d (2).
 *
 * @param {string} text
 * @param {{id: string, span: [number, number] | null}[]} labels  spans in code points; out of range is cut off
 * @returns {{text: string, ids: string[]}[]}
 */
export function evidence(text, labels) {
  const offsets = utf16Offsets(text);
  const last = offsets.length - 1;
  const spans = labels.flatMap(({ id, span }) => (span ? [{ id, from: span[0], to: Math.min(span[1], last) }] : []));
  const borders = [...new Set([0, last, ...spans.flatMap(({ from, to }) => [Math.min(from, last), to])])].sort(
    (a, b) => a - b,
  );
  return borders.slice(1).map((to, index) => ({
    text: text.slice(offsets[borders[index]], offsets[to]),
    ids: spans.filter((span) => span.from < to && span.to > borders[index]).map((span) => span.id),
  }));
}
