/** Small things that survive a reload: the visitor's token, the draft, the chosen language. Browsers may refuse; the chat goes on without. */

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return localStorage.getItem(`opine:${key}`);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string | null} value  null and "" forget */
export function remember(key, value) {
  try {
    if (value) localStorage.setItem(`opine:${key}`, value);
    else localStorage.removeItem(`opine:${key}`);
  } catch {
    // storage is full or switched off
  }
}

/** Random enough for an idempotency key, also where `crypto.randomUUID` is missing (plain http). */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Back-off with full jitter, so that a crowd does not come back at the same moment. @param {number} attempt @param {number} longest in ms */
export function backOff(attempt, longest) {
  const ceiling = Math.min(longest, 1000 * 2 ** attempt);
  return ceiling / 2 + Math.random() * (ceiling / 2);
}

/**
 * Waits; ends early when the connection comes back or the chat stops.
 *
 * @param {number} milliseconds @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
