// @ts-check
/**
 * What of a session's audio is answered: where another connection goes on. The server's messages
 * come in the order of the audio, so each says that everything before its time is answered; an
 * `ack` says it where there was no speech. No DOM, no clock, no network.
 */
import { SERVER } from "./protocol.js";

export class Progress {
  constructor() {
    /** Everything before this point is answered. */
    this.answeredMs = 0;
    /** Audio from here on is wanted by a server that goes on. */
    this.keepMs = 0;
    this.speechMs = 0;
    this.utterances = 0;
    this.segments = 0;
    /** @type {number | null} under way */
    this.utterance = null;
    /** Its next one. */
    this.segment = 0;
  }

  /**
   * Takes what came.
   * @param {import("./protocol.js").ServerMessage} message
   * @returns {boolean} whether it is for the page too: an utterance that the server ends because
   *   it leaves is none that ended
   */
  take(message) {
    switch (message.type) {
      case SERVER.UTTERANCE_STARTED:
        this.utterances += 1;
        this.utterance = message.utterance_id;
        this.segment = 0;
        this.answer(message.start_ms);
        break;
      case SERVER.EMOTION:
        if (!message.final) break;
        this.segments += 1;
        this.speechMs += message.end_ms - message.start_ms;
        this.segment = message.segment + 1;
        this.answer(message.end_ms);
        break;
      case SERVER.UTTERANCE_ENDED:
        if (message.interrupted) return false;
        if (message.discarded) this.utterances -= 1;
        this.utterance = null;
        this.answer(message.end_ms);
        break;
      case SERVER.ACK:
        this.answer(message.audio_ms);
        this.keepMs = message.keep_ms ?? message.audio_ms;
        break;
    }
    return true;
  }

  /**
   * What to say to the next server.
   * @param {string} sessionId of the first connection
   * @param {number} fromMs where the audio begins that it will get
   * @returns {import("./protocol.js").Resume}
   */
  resume(sessionId, fromMs) {
    const place = { session_id: sessionId, from_ms: fromMs, answered_ms: this.answeredMs };
    if (this.utterance === null) return place;
    return { ...place, utterance_id: this.utterance, segment: this.segment };
  }

  /**
   * The totals of all connections; a server knows its own alone.
   * @param {import("./protocol.js").SessionClosed} closed
   * @param {number} audioMs
   * @returns {import("./protocol.js").SessionClosed}
   */
  closed(closed, audioMs) {
    const { speechMs: speech_ms, utterances, segments } = this;
    return { ...closed, audio_ms: Math.round(audioMs), speech_ms, utterances, segments };
  }

  /** @param {number} untilMs */
  answer(untilMs) {
    this.answeredMs = Math.max(this.answeredMs, untilMs);
  }
}
