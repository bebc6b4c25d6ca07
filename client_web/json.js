// @ts-check
/** The JSON document: what `vivavoz classify --json` gives, and more. Nothing is rounded or cleaned. */
import { utterancesOf } from "./annotation.js";
import { moment } from "./notation.js";

/** @typedef {import("./annotation.js").Annotation} Annotation */
/** @typedef {import("./annotation.js").Segment} Segment */

/** @param {Annotation} annotation */
export function writeJson(annotation) {
  const { about, audioMs } = annotation;
  const whole = {
    source: about.source,
    made_at: moment(about.madeAt),
    labels: about.labels,
    audio_ms: audioMs,
    model: about.model,
    utterances: utterancesOf(annotation).map((segments) => ({
      start_ms: segments[0].start_ms,
      end_ms: segments[segments.length - 1].end_ms,
      segments: segments.map(segmentDocument),
    })),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** @param {Segment} segment */
function segmentDocument(segment) {
  const { start_ms, end_ms, label, reason, confidence, scores, model } = segment;
  const { correction = null, note = null } = segment;
  return { start_ms, end_ms, label, reason, confidence, scores, model, correction, note };
}
