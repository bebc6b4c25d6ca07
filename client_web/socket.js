// @ts-check
/**
 * One connection to the server: `session.start`, audio, messages, and what its end means. `Link`
 * makes another where there is use in it.
 */
import { CLIENT, CLOSE, PROTOCOL, SERVER } from "./protocol.js";

const CONNECT_MS = 10_000;

/** What a close means to a person; the keys of the text table. */
/** @type {Readonly<Record<number, string>>} */
const FAILURES = Object.freeze({
  [CLOSE.GOING_AWAY]: "draining",
  [CLOSE.RESTARTING]: "draining",
  [CLOSE.TOO_BIG]: "too_big",
  [CLOSE.OUR_FAULT]: "internal",
  [CLOSE.OVERLOADED]: "overloaded",
  [CLOSE.BAD_MESSAGE]: "bad_message",
  [CLOSE.TOKEN]: "token",
  [CLOSE.ORIGIN]: "origin",
  [CLOSE.IDLE]: "idle",
  [CLOSE.TOO_LONG]: "too_long",
  [CLOSE.TOO_FAST]: "too_fast",
});

/**
 * @typedef {object} Options
 * @property {URL} url
 * @property {() => Omit<import("./protocol.js").SessionStart, "type">} start asked when the
 *   connection stands
 * @property {(message: import("./protocol.js").ServerMessage) => void} onMessage
 * @property {(failure: string | null) => void} onEnd called once, by itself; null: as was asked
 */

export class Socket {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.created = false;
    this.ended = false;
    this.socket = new WebSocket(options.url, PROTOCOL);
    this.socket.onopen = () => this.send({ type: CLIENT.SESSION_START, ...options.start() });
    this.socket.onmessage = ({ data }) => this.receive(data);
    this.socket.onclose = ({ code }) => this.end(this.failureOf(code));
    this.timer = setTimeout(() => this.end("connect_timeout"), CONNECT_MS);
  }

  /** Bytes that wait in the browser. */
  get waiting() {
    return this.socket.bufferedAmount;
  }

  /** @param {ArrayBuffer} pcm 16-bit little-endian mono */
  sendAudio(pcm) {
    this.socket.send(pcm);
  }

  /** @param {import("./protocol.js").ClientMessage} message */
  send(message) {
    this.socket.send(JSON.stringify(message)); // What is undefined is left out.
  }

  /** Leaves; nothing is called any more. */
  abandon() {
    this.ended = true;
    clearTimeout(this.timer);
    this.socket.close();
  }

  /** @param {unknown} data */
  receive(data) {
    const message = typeof data === "string" ? parse(data) : null;
    if (message === null || this.ended) return;
    if (message.type === SERVER.SESSION_CREATED) {
      clearTimeout(this.timer);
      this.created = true;
    }
    this.options.onMessage(message);
  }

  /** @param {number} code @returns {string | null} */
  failureOf(code) {
    if (code === CLOSE.DONE) return null;
    if (!this.created && FAILURES[code] === undefined) return "connect_failed";
    return FAILURES[code] ?? "connection_lost";
  }

  /** @param {string | null} failure */
  end(failure) {
    if (this.ended) return;
    this.abandon();
    this.options.onEnd(failure);
  }
}

/**
 * A text frame as a message; null for what is none, which is ignored.
 * @param {string} text
 * @returns {import("./protocol.js").ServerMessage | null}
 */
function parse(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}
