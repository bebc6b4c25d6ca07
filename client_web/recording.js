// @ts-check
/**
 * A recording instead of the microphone: sent to the server as it is, answered with the utterances
 * that the stream would give, and handed on as the stream's own messages.
 */
import { AnswerError, address, credentials, fetchModel } from "./model.js";
import { sessionSettings } from "./preferences.js";
import { SERVER } from "./protocol.js";
import { Sound } from "./sound.js";

/** @typedef {import("./state.js").Action} Action */
/** @typedef {{start_ms: number, end_ms: number, label: string | null, reason: import("./protocol.js").Reason | null, confidence: number, scores: Record<string, number>}} Segment */
/** @typedef {{audio_ms: number, model: string, utterances: {start_ms: number, end_ms: number, segments: Segment[]}[]}} Analysis */
/**
 * @typedef {object} Options
 * @property {File} file
 * @property {string} token
 * @property {import("./preferences.js").Preferences} preferences
 * @property {(action: Action) => void} dispatch
 * @property {(sound: Sound) => void} onSound its sound, where the browser can read it too
 */

/** Enough to hear and to draw; the server reads the file itself. */
const RATE = 16000;
const BLOCK = RATE / 10;
/** Converted between two frames of the page. */
const BLOCKS_AT_ONCE = 100;
/** A code of an upload that a session has too, with another meaning. */
/** @type {Readonly<Record<string, string>>} */
const CODES = Object.freeze({ too_long: "file_too_long", too_big: "file_too_big" });

/** The analysis of one recording. */
export class Recording {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.request = new XMLHttpRequest(); // fetch does not tell how much was sent.
    this.over = false;
  }

  async start() {
    const { dispatch, file, token } = this.options;
    dispatch({ type: "page.started", file: file.name });
    try {
      const facts = await fetchModel(token);
      dispatch({ type: "page.model", facts });
      if (file.size > (facts.limits?.upload_bytes ?? Infinity)) throw new AnswerError("file_too_big");
      await this.read();
      const analysis = await this.upload();
      for (const message of messagesOf(analysis, facts)) dispatch(message);
      this.tell("done", 1);
      this.end(null);
    } catch (error) {
      this.end(error instanceof AnswerError ? error.code : "upload_failed", error);
    }
  }

  stop() {
    this.request.abort();
    this.options.dispatch({ type: "page.file", file: null });
    this.end(null);
  }

  /** The sound, for this page alone. What the browser cannot read, the server may. */
  async read() {
    const bytes = await this.options.file.arrayBuffer().catch(() => {
      throw new AnswerError("file_unreadable");
    });
    /** @type {AudioBuffer} */
    let audio;
    try {
      audio = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
    } catch {
      return;
    }
    const sound = new Sound(RATE);
    const channels = Array.from({ length: audio.numberOfChannels }, (_, at) => audio.getChannelData(at));
    for (let at = 0, count = 0; at < audio.length && !this.over; at += BLOCK, count += 1) {
      sound.push({ pcm: mixed(channels, at, Math.min(BLOCK, audio.length - at)) });
      if (count % BLOCKS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    if (!this.over) this.options.onSound(sound);
  }

  /** @returns {Promise<Analysis>} */
  upload() {
    const { file, token, preferences } = this.options;
    const { request } = this;
    const url = address("classify");
    for (const [name, value] of Object.entries(sessionSettings(preferences).vad)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return new Promise((resolve, reject) => {
      if (this.over) return;
      request.open("POST", url);
      request.responseType = "json";
      for (const [name, value] of Object.entries(credentials(token))) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => this.tell("sending", total ? loaded / total : 0);
      request.upload.onload = () => this.tell("analysing", 1);
      request.onerror = () => reject(new AnswerError("upload_failed"));
      request.onload = () =>
        request.status === 200 ? resolve(request.response) : reject(new AnswerError(codeOf(request.response)));
      request.send(file);
    });
  }

  /** @param {"sending" | "analysing" | "done"} stage @param {number} share */
  tell(stage, share) {
    if (this.over) return;
    this.options.dispatch({ type: "page.file", file: { name: this.options.file.name, stage, share } });
  }

  /** @param {string | null} code @param {unknown} [cause] */
  end(code, cause) {
    if (this.over) return;
    this.over = true;
    if (cause) console.warn("vivavoz:", cause);
    this.options.dispatch({ type: "page.ended", failure: code ? { code } : undefined });
  }
}

/** @param {any} answer */
function codeOf(answer) {
  const code = String(answer?.error?.code ?? "upload_failed");
  return CODES[code] ?? code;
}

/**
 * A block of all channels, as signed 16-bit.
 * @param {Float32Array[]} channels @param {number} from @param {number} length
 * @returns {ArrayBuffer}
 */
function mixed(channels, from, length) {
  const block = new Int16Array(length);
  for (let at = 0; at < length; at += 1) {
    let sum = 0;
    for (const channel of channels) sum += channel[from + at];
    const sample = Math.max(-1, Math.min(1, sum / channels.length));
    block[at] = Math.round(sample * (sample < 0 ? 0x8000 : 0x7fff));
  }
  return block.buffer;
}

/**
 * An analysis, as a stream would tell it.
 * @param {Analysis} analysis
 * @param {import("./model.js").ModelFacts} facts
 * @returns {Action[]}
 */
export function messagesOf(analysis, { name, version, labels }) {
  const { audio_ms, model, utterances } = analysis;
  const created = /** @type {any} */ ({
    type: SERVER.SESSION_CREATED, session_id: "", protocol: "", resumed: false, config: {}, limits: {},
    model: { name, version: model ?? version, labels },
  });
  /** @type {Action[]} */
  const messages = [created];
  let [segments, speech_ms] = [0, 0];
  for (const utterance of utterances) {
    const id = utterance.start_ms;
    messages.push({ type: SERVER.UTTERANCE_STARTED, utterance_id: id, start_ms: id });
    for (const [segment, verdict] of utterance.segments.entries()) {
      messages.push({ type: SERVER.EMOTION, utterance_id: id, segment, final: true, ...verdict, model, latency_ms: 0 });
    }
    messages.push({ type: SERVER.UTTERANCE_ENDED, utterance_id: id, end_ms: utterance.end_ms, discarded: null });
    segments += utterance.segments.length;
    speech_ms += utterance.end_ms - utterance.start_ms;
  }
  const counts = { utterances: utterances.length, segments };
  messages.push({ type: SERVER.SESSION_CLOSED, reason: "stop", audio_ms, speech_ms, ...counts });
  return messages;
}
