/** The HTTP interface: no cookies, a visitor's token as Bearer. */

import { recall, remember } from "./memory.js";

const PATIENCE = 20_000; // ms for one request

/** An answer that is not the one asked for; status 0: there was no answer. */
export class Refusal extends Error {
  /** @param {number} status @param {string} detail @param {number} [wait] ms that the server asks to wait */
  constructor(status, detail, wait = 0) {
    super(detail);
    this.status = status;
    this.wait = wait;
  }

  /** Whether the same request may well succeed later. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  /** @type {Promise<string> | null} */
  #token = null;

  /** @param {string} server  origin, without a slash at the end @param {string} campaign @param {AbortSignal} signal */
  constructor(server, campaign, signal) {
    this.server = server;
    this.campaign = campaign;
    this.signal = signal;
    this.locale = "";
    this.left = new AbortController(); // aborted when the token's person is gone
  }

  /** @param {string} id */
  picture(id) {
    return `${this.server}/api/v1/images/${encodeURIComponent(id)}`;
  }

  /** Something that everyone may read. @param {string} path */
  async open(path) {
    return (await this.#request("GET", path, {}, undefined)).json();
  }

  /** @param {string} method @param {string} path @param {unknown} [body] */
  async call(method, path, body) {
    const answer = await this.#signed(method, path, {}, body);
    return answer.status === 204 ? null : answer.json();
  }

  /** The event stream; its body goes on for as long as the connection. @param {string | null} last  id of the last event seen */
  stream(last) {
    return this.#signed("GET", "/events", last ? { "Last-Event-ID": last } : {}, undefined);
  }

  /** @param {string} method @param {string} path @param {Record<string, string>} headers @param {unknown} body */
  async #signed(method, path, headers, body) {
    const token = await this.#visitor();
    try {
      return await this.#request(method, path, { ...headers, Authorization: `Bearer ${token}` }, body);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 401) throw error;
      this.#forget(token);
      const fresh = await this.#visitor();
      return this.#request(method, path, { ...headers, Authorization: `Bearer ${fresh}` }, body);
    }
  }

  #visitor() {
    this.#token ??= this.#enter().catch((error) => {
      this.#token = null;
      throw error;
    });
    return this.#token;
  }

  /** @returns {Promise<string>} */
  async #enter() {
    const known = recall(`token:${this.server}`);
    const visitor = { campaign: this.campaign, locale: this.locale || undefined };
    /** @type {Record<string, string>} */
    const headers = known ? { Authorization: `Bearer ${known}` } : {}; // the same person, with a token that lasts longer
    const { token } = await (await this.#request("POST", "/visitors", headers, visitor)).json();
    remember(`token:${this.server}`, token);
    return token;
  }

  /** @param {string} token  the one that was not accepted; another tab may have renewed it meanwhile */
  #forget(token) {
    if (recall(`token:${this.server}`) === token) remember(`token:${this.server}`, null);
    this.#token = null;
    this.left.abort();
    this.left = new AbortController();
  }

  /** @param {string} method @param {string} path @param {Record<string, string>} headers @param {unknown} body */
  async #request(method, path, headers, body) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE);
    /** @type {Response} */
    let answer;
    try {
      answer = await fetch(`${this.server}/api/v1${path}`, {
        method,
        headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "omit",
        cache: method === "GET" && !headers.Authorization ? "default" : "no-store",
        signal: AbortSignal.any([this.signal, late.signal]),
      });
    } catch (error) {
      if (this.signal.aborted) throw error;
      throw new Refusal(0, String(error));
    } finally {
      clearTimeout(timer); // only the headers are waited for: a stream may last
    }
    if (!answer.ok) throw await refusal(answer);
    return answer;
  }
}

/** @param {Response} answer */
async function refusal(answer) {
  const wait = Number(answer.headers.get("Retry-After")) * 1000 || 0;
  const problem = await answer.json().catch(() => ({}));
  return new Refusal(answer.status, String(problem.detail ?? problem.title ?? answer.statusText), wait);
}
