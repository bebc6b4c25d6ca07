// @ts-check
/**
 * The session, over as many connections as it takes. What the server has not answered is kept and
 * sent to the next one, which goes on with it: no utterance is lost, and none comes twice.
 *
 * Tried again: a connection that was lost, a server that leaves or has no room. Not tried again:
 * a token, an origin, a limit. After `stop` nothing is.
 */
import { AudioRing } from "./audio_ring.js";
import { Backoff } from "./backoff.js";
import { Progress } from "./progress.js";
import { CLIENT, LIMITS, SERVER } from "./protocol.js";
import { Socket } from "./socket.js";

/** What is not answered, and the 35 s before that a server wants to hear again. */
const KEPT_S = (LIMITS.resume_ms + 36_000) / 1000;
/** The server's frames. */
const FRAME_MS = 20;
/** The rest waits in the ring, where it can be sent to another server. */
const WAITING_MS = 1000;
/** Audio waiting in the browser: from here on the person is told, and from there no longer. */
const CONGESTED_MS = 2000;
const RELIEVED_MS = 500;
/** A network that is so far behind never comes back: what it did not carry is lost, and told. */
const SLOW_MS = (KEPT_S - 4) * 1000;
/** It then goes on with what is said now. */
const FRESH_MS = 1000;

/** A server that says nothing for so long is asked, and lost if it does not answer that. */
const QUIET_MS = 3000;
const DEAD_MS = 4000;
const TICK_MS = 250;
/** After `session.stop`, what is pending is still answered; the server gives up after 4 s. */
const STOP_MS = 10_000;
/** Who is not there after ten minutes is not waited for. */
const PATIENCE_MS = 600_000;

/** Failures that another try may mend; also codes of fatal errors. */
const PASSING = new Set([
  "connect_failed", "connect_timeout", "connection_lost", "connection_slow",
  "draining", "internal", "overloaded", "start_timeout",
]);

/** @typedef {"connecting" | "open" | "reconnecting" | "closed"} Connection */
/** @typedef {{vad?: import("./protocol.js").VadChange, interim_ms?: number}} Settings */
/**
 * @typedef {object} Options
 * @property {URL} url
 * @property {number} sampleRate Hz of the audio that will be sent
 * @property {string} [token]
 * @property {Settings} [settings]
 * @property {(message: import("./protocol.js").ServerMessage) => void} onMessage
 * @property {(state: Connection, failure?: string) => void} [onConnection] a failure says why
 * @property {(startMs: number, endMs: number) => void} [onGap] audio that no server will hear
 * @property {(congested: boolean) => void} [onCongestion]
 * @property {(failure: string | null) => void} onClose called once, when nothing more will come
 * @property {Backoff} [backoff]
 * @property {() => number} [clock] milliseconds
 */

export class Link {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.settings = { ...options.settings };
    this.backoff = options.backoff ?? new Backoff();
    this.clock = options.clock ?? (() => performance.now());
    /** @type {import("./protocol.js").Limits} */
    this.limits = LIMITS;
    this.ring = new AudioRing({ sampleRate: options.sampleRate, seconds: KEPT_S });
    this.progress = new Progress();
    this.bytesPerMs = (options.sampleRate * 2) / 1000;
    /** @type {Socket | null} */
    this.socket = null;
    /** @type {string | null} */
    this.sessionId = null;
    /** Where the next audio to be sent begins. */
    this.sentMs = 0;
    /** @type {[number, number] | null} told when the session goes on */
    this.gap = null;
    this.caughtUp = false;
    this.congested = false;
    this.slow = false;
    this.stopping = false;
    this.stopSent = false;
    this.over = false;
    this.heardAt = 0;
    /** @type {number | null} */
    this.askedAt = null;
    /** @type {number | null} */
    this.lostAt = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.ticking = undefined;
    this.onOnline = () => this.hurry();
    globalThis.addEventListener?.("online", this.onOnline);
    this.tell("connecting");
    this.connect();
  }

  /** @param {ArrayBuffer} pcm 16-bit little-endian mono */
  sendAudio(pcm) {
    if (this.over || this.stopping) return;
    this.ring.push(pcm);
    this.pump();
  }

  /** Changes settings, for the connections to come too. @param {Settings} change */
  update(change) {
    const { vad, interim_ms = this.settings.interim_ms } = change;
    this.settings = { vad: { ...this.settings.vad, ...vad }, interim_ms };
    if (this.socket?.created) this.socket.send({ type: CLIENT.SESSION_UPDATE, ...change });
  }

  /** No more audio: what is pending is answered, then `onClose` is called. */
  stop() {
    if (this.over || this.stopping) return;
    this.stopping = true;
    if (this.lostAt !== null) return this.finish("connection_lost");
    this.pump();
  }

  connect() {
    this.caughtUp = false;
    this.askedAt = null;
    this.socket = new Socket({
      url: this.options.url,
      start: () => this.start(),
      onMessage: (message) => this.receive(message),
      onEnd: (failure) => this.lose(failure),
    });
  }

  /** How this connection begins; a later one goes on with the session. */
  start() {
    const { sampleRate: sample_rate, token } = this.options;
    const begin = { sample_rate, token, ...this.settings };
    if (this.sessionId === null) return begin;
    this.sentMs = this.placeToGoOn();
    const resume = this.progress.resume(this.sessionId, this.sentMs);
    this.gap = resume.from_ms > this.progress.answeredMs ? [this.progress.answeredMs, resume.from_ms] : null;
    return { ...begin, resume };
  }

  /** Where the audio begins that the next server gets: not after what was answered, if it can be. */
  placeToGoOn() {
    const { ring, progress } = this;
    const { resume_ms } = this.limits;
    const isLate = ring.endMs - progress.answeredMs > resume_ms;
    const late = ring.endMs - (this.slow ? FRESH_MS : resume_ms);
    const wanted = isLate ? late : Math.max(progress.keepMs, ring.startMs);
    return Math.ceil(wanted / FRAME_MS) * FRAME_MS;
  }

  /** @param {import("./protocol.js").ServerMessage} message */
  receive(message) {
    this.heardAt = this.clock();
    const wasAsked = this.askedAt !== null;
    this.askedAt = null;
    const before = this.progress.answeredMs;
    if (!this.progress.take(message)) return;
    if (this.progress.answeredMs > before) this.backoff.reset();
    switch (message.type) {
      case SERVER.SESSION_CREATED:
        return this.open(message);
      case SERVER.SESSION_CLOSED: // A server that leaves says it too.
        if (!this.stopSent || message.reason === "draining") return;
        return this.options.onMessage(this.progress.closed(message, this.ring.endMs));
      case SERVER.SESSION_UPDATED:
        if (wasAsked) return;
        break;
      case SERVER.WARNING:
        if (message.code === "draining") return;
        break;
      case SERVER.ERROR:
        if (message.fatal && this.mayGoOn(message.code)) return this.lose(message.code);
    }
    this.options.onMessage(message);
  }

  /** The session stands, or stands again. @param {import("./protocol.js").SessionCreated} created */
  open(created) {
    this.sessionId ??= created.session_id;
    this.limits = { ...LIMITS, ...created.limits };
    this.lostAt = null;
    this.slow = false;
    clearInterval(this.ticking);
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.options.onMessage(created);
    this.tell("open");
    if (this.gap) {
      this.progress.answer(this.gap[1]);
      this.progress.utterance = null; // The server ends it there.
      this.options.onGap?.(...this.gap);
    }
    this.gap = null;
    this.pump();
  }

  /** Sends what there is, as far as the network takes it; then the stop, if one is due. */
  pump() {
    const { socket, ring } = this;
    if (!socket?.created || this.stopSent) return;
    const mostMs = Math.min(WAITING_MS, Math.floor(this.limits.message_bytes / this.bytesPerMs));
    while (this.sentMs < ring.endMs && socket.waiting < WAITING_MS * this.bytesPerMs) {
      const piece = ring.slice(this.sentMs, Math.min(this.sentMs + mostMs, ring.endMs));
      socket.sendAudio(piece.buffer);
      this.sentMs += (piece.length * 1000) / ring.sampleRate;
    }
    this.watch();
    if (this.socket !== socket) return;
    if (!this.stopping || this.sentMs < ring.endMs) return;
    this.stopSent = true;
    socket.send({ type: CLIENT.SESSION_STOP });
    this.timer = setTimeout(() => this.finish("stop_timeout"), STOP_MS);
  }

  /** Says when the network is slower than the microphone, and when it carries nothing in time. */
  watch() {
    const waitingMs = this.ring.endMs - this.sentMs + (this.socket?.waiting ?? 0) / this.bytesPerMs;
    this.caughtUp ||= waitingMs < RELIEVED_MS;
    this.slow = waitingMs > SLOW_MS;
    if (this.slow) return this.lose("connection_slow");
    if (!this.caughtUp || (this.congested ? waitingMs >= RELIEVED_MS : waitingMs <= CONGESTED_MS)) return;
    this.congested = !this.congested;
    this.options.onCongestion?.(this.congested);
  }

  /** A connection may be dead and nobody say so: a server that is silent is asked. */
  tick() {
    this.pump();
    const now = this.clock();
    if (!this.socket?.created || this.stopSent || now - this.heardAt < QUIET_MS) return;
    if (this.askedAt === null) {
      this.askedAt = now;
      this.socket.send({ type: CLIENT.SESSION_UPDATE });
    } else if (now - this.askedAt > DEAD_MS) {
      this.lose("connection_lost");
    }
  }

  /** @param {string} failure */
  mayGoOn(failure) {
    return PASSING.has(failure) && this.sessionId !== null && !this.stopping;
  }

  /** This connection is over; another one may be made. @param {string | null} failure */
  lose(failure) {
    if (this.over) return;
    this.leave();
    if (failure === null || !this.mayGoOn(failure)) {
      const asked = failure === null && this.stopSent;
      return this.finish(asked ? null : (failure ?? "connection_lost"));
    }
    const now = this.clock();
    this.lostAt ??= now;
    if (now - this.lostAt > PATIENCE_MS) return this.finish(failure);
    this.tell("reconnecting", failure);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), this.backoff.next());
  }

  /** The network is back: no need to wait. */
  hurry() {
    if (this.over || this.lostAt === null) return;
    clearTimeout(this.timer);
    this.leave();
    this.backoff.reset();
    this.connect();
  }

  leave() {
    clearInterval(this.ticking);
    this.socket?.abandon();
    this.socket = null;
  }

  /** @param {string | null} failure */
  finish(failure) {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.leave();
    globalThis.removeEventListener?.("online", this.onOnline);
    this.ring.clear();
    this.tell("closed", failure ?? undefined);
    this.options.onClose(failure);
  }

  /** @param {Connection} state @param {string} [failure] */
  tell(state, failure) {
    this.options.onConnection?.(state, failure);
  }
}
