/**
 * The records of the HTTP interface, as far as the widget reads them.
 *
 * @typedef {"A" | "B" | "C" | "D"} Letter
 * @typedef {{id: string, width: number, height: number, prompt?: string | null}} Picture
 * @typedef {{id: string, images: Picture[], prompt?: string | null}} Showing
 * @typedef {{id: string, aspect: string, polarity: "positive" | "negative" | "neutral", strength: number, targets: Letter[],
 *   attributes: string[], value: string | null, value_raw: string | null, span: [number, number] | null, confidence: number,
 *   status: "suggested" | "confirmed" | "corrected" | "rejected", replaces: string | null}} Label  `span` counts code points
 * @typedef {{choice: Letter | "tie" | null, source: string, conflict: boolean, status: string}} Preference
 * @typedef {{id: string, showing_id: string, source_text: string, client_message_id: string}} Opinion
 * @typedef {{language: string, translation: string | null}} Reading
 * @typedef {{opinion: Opinion, images: Picture[], reading: Reading | null, labels: Label[], preference: Preference, failed: boolean}} Critique
 * @typedef {{id: string, label: string, style?: string, swatch?: string | null}} Action
 * @typedef {{kind: string, text: string, locale: string, dir: string, actions: Action[], showing: Showing | null, critique: Critique | null,
 *   question: {kind: string, span: [number, number] | null} | null}} Turn
 * @typedef {{id: string, showing_id: string | null, text: string, created: number, scope: string, refused?: string}} Waiting  a message in the outbox
 * @typedef {{aspects: Map<string, {label: string, attributes: Map<string, string>}>, polarities: Record<string, string>,
 *   strengths: Record<string, string>, colors: Map<string, {hex: string, label: string}>}} Taxonomy  codes and their names in the interface's language
 *
 * @typedef {object} Context  what every part of one running chat shares
 * @property {import("./api.js").Api} api
 * @property {import("./words.js").Words} words
 * @property {Taxonomy} taxonomy
 * @property {ShadowRoot} root
 * @property {(text: string, undo?: () => void) => void} status  says it in the status line
 * @property {(id: string, choice: string) => void} chosen  marks the preferred picture of a showing
 */

export {};
