// @ts-check
/**
 * One connection to the server: `session.start`, audio, messages, `session.stop`.
 *
 * Audio that comes before the session stands is held and sent then. A lost connection ends the
 * session; to resume it (a later version), open another with `resume` and send the audio since
 * the last `ack` again.
 */
import { CLIENT, CLOSE, LIMITS, PROTOCOL, SERVER } from "./protocol.js";

const CONNECT_MS = 10_000;
/** After `session.stop`, what is pending is still answered; the server gives up after 4 s. */
const STOP_MS = 10_000;
/** Audio waiting in the browser: from here on the person is told, and from there no longer. */
const CONGESTED_MS = 2000;
const RELIEVED_MS = 500;

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
 * @property {number} sampleRate Hz of the audio that will be sent
 * @property {string} [token]
 * @property {import("./protocol.js").Resume} [resume]
 * @property {(message: import("./protocol.js").ServerMessage) => void} onMessage
 * @property {(congested: boolean) => void} onCongestion
 * @property {(failure: string | null) => void} onClose called once, when nothing more will come
 */

export class Socket {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    /** @type {ArrayBuffer[]} */
    this.held = [];
    this.created = false;
    this.stopping = false;
    this.finished = false;
    this.congested = false;
    this.bytesPerMs = (options.sampleRate * 2) / 1000;
    this.socket = new WebSocket(options.url, PROTOCOL);
    this.socket.onopen = () => this.start();
    this.socket.onmessage = ({ data }) => this.receive(data);
    this.socket.onclose = ({ code }) => this.finish(this.failureOf(code));
    this.timer = setTimeout(() => this.finish("connect_timeout"), CONNECT_MS);
  }

  /** @param {ArrayBuffer} pcm 16-bit little-endian mono */
  sendAudio(pcm) {
    if (this.finished || this.stopping) return;
    if (!this.created) {
      this.held.push(pcm); // Bounded by the time that connecting may take.
      return;
    }
    this.socket.send(pcm);
    this.watch();
  }

  /** No more audio: what is pending is answered, then `onClose` is called. */
  stop() {
    if (this.finished || this.stopping) return;
    this.stopping = true;
    if (this.created) this.sendStop();
  }

  start() {
    const { sampleRate: sample_rate, token, resume } = this.options;
    this.send({ type: CLIENT.SESSION_START, sample_rate, token, resume });
  }

  sendStop() {
    this.send({ type: CLIENT.SESSION_STOP });
    this.timer = setTimeout(() => this.finish("stop_timeout"), STOP_MS);
  }

  /** @param {import("./protocol.js").ClientMessage} message */
  send(message) {
    this.socket.send(JSON.stringify(message)); // What is undefined is left out.
  }

  /** @param {unknown} data */
  receive(data) {
    const message = typeof data === "string" ? parse(data) : null;
    if (message === null || this.finished) return;
    if (message.type === SERVER.SESSION_CREATED) this.release();
    this.options.onMessage(message);
  }

  /** The session stands: sends what was held. */
  release() {
    clearTimeout(this.timer);
    this.created = true;
    for (const pcm of this.held.splice(0)) this.socket.send(pcm);
    if (this.stopping) this.sendStop();
  }

  /** Says when the network is slower than the microphone, and gives up before memory is at risk. */
  watch() {
    const waitingMs = this.socket.bufferedAmount / this.bytesPerMs;
    if (waitingMs > LIMITS.resume_ms) {
      this.finish("connection_slow");
    } else if (this.congested ? waitingMs < RELIEVED_MS : waitingMs > CONGESTED_MS) {
      this.congested = !this.congested;
      this.options.onCongestion(this.congested);
    }
  }

  /** @param {number} code @returns {string | null} */
  failureOf(code) {
    if (code === CLOSE.DONE) return null;
    if (!this.created && FAILURES[code] === undefined) return "connect_failed";
    return FAILURES[code] ?? "connection_lost";
  }

  /** @param {string | null} failure */
  finish(failure) {
    if (this.finished) return;
    this.finished = true;
    clearTimeout(this.timer);
    this.held = [];
    this.socket.close();
    this.options.onClose(failure);
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
