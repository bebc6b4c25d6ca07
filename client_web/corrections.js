// @ts-check
/** Sends what a person corrects, remembers what takes it back, and takes it back. */
import { FeedbackError, sendCorrection, withdrawCorrection } from "./feedback.js";
import { findVerdict, keyOf } from "./state.js";
import { wavBlob } from "./wav.js";

/** @typedef {import("./state.js").SegmentKey} SegmentKey */
/** @typedef {{state: import("./state.js").State, sound: import("./sound.js").Sound | null, token: string}} Context */
/**
 * @typedef {object} Options
 * @property {(action: import("./state.js").Action) => void} dispatch
 * @property {(update: (ids: readonly string[]) => string[]) => void} remember ids of what is kept on
 *   the server; several may be under way at once
 */

export class Corrections {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
  }

  /** @param {SegmentKey} key @param {import("./correct.js").Answer} answer @param {Context} context */
  async send(key, { label, note, consent }, { state, sound, token }) {
    const verdict = findVerdict(state, key);
    if (verdict === null || sound === null) return;
    const samples = sound.ring.slice(verdict.start_ms, verdict.end_ms);
    const audio = wavBlob([samples], sound.ring.sampleRate);
    this.tell(key, { stage: "sending", label, note });
    try {
      const id = await sendCorrection({ consent, label, note, verdict, audio }, token);
      this.options.remember((ids) => [...ids, id]);
      this.tell(key, { stage: "kept", label, note, id });
    } catch (error) {
      this.tell(key, { stage: "failed", label, note, failure: failureOf(error) });
    }
  }

  /** @param {SegmentKey} key @param {Context} context */
  async withdraw(key, { state, token }) {
    const correction = state.corrections.get(keyOf(key));
    if (!correction?.id) return;
    this.tell(key, { ...correction, stage: "withdrawing" });
    try {
      await withdrawCorrection(correction.id, token);
      this.options.remember((ids) => ids.filter((id) => id !== correction.id));
      this.tell(key, { ...correction, stage: "withdrawn" });
    } catch (error) {
      this.tell(key, { ...correction, stage: "kept", failure: failureOf(error) });
    }
  }

  /** Everything that was ever sent from this browser. What cannot be taken back now stays listed. @param {Context} context */
  async withdrawAll({ state, token }) {
    const { corrections } = state.preferences;
    const answers = await Promise.allSettled(corrections.map((id) => withdrawCorrection(id, token)));
    const gone = new Set(corrections.filter((_, at) => answers[at].status === "fulfilled"));
    this.options.remember((ids) => ids.filter((id) => !gone.has(id)));
    for (const [name, correction] of state.corrections) {
      const [utteranceId, segment] = name.split(":").map(Number);
      const isGone = correction.stage === "kept" && gone.has(correction.id ?? "");
      if (isGone) this.tell({ utteranceId, segment }, { ...correction, stage: "withdrawn" });
    }
  }

  /** @param {SegmentKey} key @param {import("./state.js").Correction} correction */
  tell(key, correction) {
    this.options.dispatch({ type: "page.corrected", key, correction });
  }
}

/** @param {unknown} error @returns {import("./state.js").Failure} */
function failureOf(error) {
  if (!(error instanceof FeedbackError)) console.warn("vivavoz:", error);
  return { code: error instanceof FeedbackError ? error.code : "unknown" };
}
