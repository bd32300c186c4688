/** Messages that are not with the server yet: kept in IndexedDB before anything is sent, so that no reload loses one. */

import { Refusal } from "./api.js";
import { backOff, pause } from "./memory.js";

/** @typedef {import("./types.js").Waiting} Waiting */

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns {Promise<IDBDatabase | null>} null: this browser keeps nothing (some private windows) */
function database() {
  try {
    const opening = indexedDB.open("opine", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("outbox", { keyPath: "id" });
    return settled(opening).catch(() => null);
  } catch {
    return Promise.resolve(null);
  }
}

/** @param {IDBDatabase | null} shelf @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<any>} work */
async function within(shelf, mode, work) {
  if (!shelf) return undefined;
  const transaction = shelf.transaction("outbox", mode, { durability: "strict" });
  const committed = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const result = await settled(work(transaction.objectStore("outbox")));
  await committed;
  return result;
}

export class Outbox {
  /** @type {Waiting[]} in the order written */
  #waiting = [];
  #running = false;
  #database = database();

  /**
   * @param {string} scope  server and campaign: several sites may share one browser origin
   * @param {(item: Waiting) => Promise<any>} deliver  resolves to the server's answer
   * @param {(item: Waiting, state: "sending" | "saved" | "will_retry" | "refused", answer?: any) => void} changed
   * @param {AbortSignal} signal
   */
  constructor(scope, deliver, changed, signal) {
    this.scope = scope;
    this.deliver = deliver;
    this.changed = changed;
    this.signal = signal;
  }

  /** What an earlier page left; `start` sends it. @returns {Promise<Waiting[]>} */
  async restore() {
    /** @type {Waiting[]} */
    const all = (await within(await this.#database, "readonly", (store) => store.getAll())) ?? [];
    const known = new Set(this.#waiting.map(({ id }) => id));
    const mine = all
      .filter(({ id, scope }) => scope === this.scope && !known.has(id))
      .sort((a, b) => a.created - b.created);
    this.#waiting.unshift(...mine);
    return mine;
  }

  /** @param {Waiting} item */
  async post(item) {
    await within(await this.#database, "readwrite", (store) => store.put(item)).catch(() => undefined); // a full disk must not stop the sending
    this.#waiting.push(item);
    void this.start();
  }

  /** @param {Waiting} item */
  async discard(item) {
    this.#waiting = this.#waiting.filter((other) => other.id !== item.id);
    await within(await this.#database, "readwrite", (store) => store.delete(item.id)).catch(() => undefined);
  }

  /** Whoever had everything erased wants nothing sent any more. */
  async clear() {
    for (const item of this.#waiting) await this.discard(item);
  }

  /** Sends one after the other until nothing is left or the chat stops. */
  async start() {
    if (this.#running) return;
    this.#running = true;
    let attempt = 0;
    for (let item = this.#next(); item && !this.signal.aborted; item = this.#next()) {
      const wait = await this.#send(item, attempt);
      attempt = wait ? attempt + 1 : 0;
      if (wait) await pause(wait, this.signal);
    }
    this.#running = false;
  }

  #next() {
    return this.#waiting.find((item) => !item.refused);
  }

  /** @param {Waiting} item @param {number} attempt @returns {Promise<number>} ms to wait before the next; 0: done with this one */
  async #send(item, attempt) {
    this.changed(item, "sending");
    try {
      const answer = await this.deliver(item);
      await this.discard(item);
      this.changed(item, "saved", answer);
      return 0;
    } catch (error) {
      if (this.signal.aborted) return 1;
      if (!(error instanceof Refusal) || error.passing) {
        this.changed(item, "will_retry");
        return Math.max(backOff(attempt, 60_000), error instanceof Refusal ? error.wait : 0);
      }
      item.refused = error.message;
      await within(await this.#database, "readwrite", (store) => store.put(item)).catch(() => undefined);
      this.changed(item, "refused");
      return 0;
    }
  }
}
