/** Server-sent events by `fetch`, so that the token stays out of the URL. */

import { backOff, pause } from "./memory.js";

const SILENCE = 60_000; // ms; the server sends a comment every 15 s or so

/**
 * Cuts a stream of text into its events.
 *
 * @param {ReadableStream<Uint8Array>} body @param {AbortController} connection  aborted when nothing comes for too long
 * @returns {AsyncGenerator<{id: string | null, event: string, data: string}>}
 */
async function* frames(body, connection) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const giveUp = () => connection.abort();
  let pending = "";
  let timer = setTimeout(giveUp, SILENCE);
  connection.signal.addEventListener("abort", () => void reader.cancel().catch(() => undefined));
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE);
      pending = (pending + decoder.decode(value, { stream: true })).replace(/\r\n?/g, "\n");
      const whole = pending.split("\n\n");
      pending = whole.pop() ?? "";
      for (const frame of whole) yield parse(frame);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} frame */
export function parse(frame) {
  /** @type {{id: string | null, event: string, data: string}} */
  const parsed = { id: null, event: "message", data: "" };
  for (const line of frame.split("\n")) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") parsed.id = value;
    if (field === "event") parsed.event = value;
    if (field === "data") parsed.data += (parsed.data && "\n") + value;
  }
  return parsed;
}

/**
 * Follows the person's events until the signal says stop; comes back by itself, where it left off.
 *
 * @param {import("./api.js").Api} api
 * @param {{event: (name: string, data: any) => void, connected: (resumed: boolean) => void, lost: () => void}} report
 * @param {AbortSignal} signal
 */
export async function follow(api, report, signal) {
  /** @type {string | null} */
  let last = null;
  let failures = 0;
  while (!signal.aborted) {
    const connection = new AbortController();
    const stop = () => connection.abort();
    signal.addEventListener("abort", stop);
    try {
      const { body } = await api.stream(last);
      api.left.signal.addEventListener("abort", stop, { once: true }); // whoever comes now is somebody else
      if (!body) throw new TypeError("the stream has no body");
      report.connected(last !== null);
      for await (const { id, event, data } of frames(body, connection)) {
        failures = 0;
        if (id) last = id;
        if (data) report.event(event, JSON.parse(data));
      }
    } catch (error) {
      if (signal.aborted) return;
      console.debug("opine: the event stream ended", error);
    } finally {
      signal.removeEventListener("abort", stop);
    }
    report.lost();
    await pause(backOff(failures, 30_000), signal);
    failures += 1;
  }
}
