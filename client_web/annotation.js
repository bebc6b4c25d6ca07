// @ts-check
/**
 * What was heard, with its verdicts, as it is taken away: the `annotation` package of the command
 * line in JavaScript. The same files in tests/golden check both.
 */
import { oneLine } from "./notation.js";

/**
 * @typedef {object} About
 * @property {string} source name of the recording, or what else was heard
 * @property {Date} madeAt
 * @property {string} model version of the model that answered at the start
 * @property {readonly string[]} labels the emotions that it tells apart, in its order
 */
/**
 * A segment with its final verdict; most fields are those of the protocol's `Emotion`.
 * @typedef {object} Segment
 * @property {number} utterance_id
 * @property {number} segment its number within the utterance, from 0
 * @property {number} start_ms
 * @property {number} end_ms
 * @property {string | null} label
 * @property {string | null} reason why there is no label
 * @property {number} confidence
 * @property {Readonly<Record<string, number>>} scores
 * @property {string} model
 * @property {string | null} [correction] what a person says that it was
 * @property {string | null} [note] what a person says of it
 */
/**
 * `segments` in order, none over another, none beyond the end.
 * @typedef {object} Annotation
 * @property {About} about
 * @property {number} audioMs
 * @property {readonly Segment[]} segments
 */
/** What a person said of a segment. @typedef {{correction?: string | null, note?: string | null}} Said */

/**
 * What the page knows, to be taken away: the final verdicts, in order of time. Where one reaches
 * into another, the later one begins where the earlier ends; one that lies within another whole was
 * heard before, and is left out.
 * @param {import("./state.js").State} state of a session that there was
 * @param {string} source
 * @param {Date} madeAt
 * @param {ReadonlyMap<string, Said>} [said] by `segmentKey`
 * @returns {Annotation}
 */
export function annotationOf(state, source, madeAt, said = new Map()) {
  const model = state.session?.model;
  const verdicts = [...state.utterances.values()]
    .flatMap((utterance) => [...utterance.verdicts.values()])
    .filter((verdict) => verdict.final)
    .sort((one, other) => one.start_ms - other.start_ms);
  /** @type {Segment[]} */
  const segments = [];
  for (const verdict of verdicts) {
    const start_ms = Math.max(verdict.start_ms, segments.at(-1)?.end_ms ?? 0);
    if (verdict.end_ms <= start_ms) continue;
    segments.push({ ...verdict, start_ms, ...said.get(segmentKey(verdict)) });
  }
  return {
    about: { source, madeAt, model: model?.version ?? "", labels: model?.labels ?? [] },
    audioMs: Math.max(state.totals.audioMs, segments.at(-1)?.end_ms ?? 0),
    segments,
  };
}

/** Names a segment within its session. @param {{utterance_id: number, segment: number}} segment */
export function segmentKey(segment) {
  return `${segment.utterance_id}:${segment.segment}`;
}

/** The label, or the reason why there is none, on one line. @param {Segment} segment */
export function wordOf(segment) {
  return oneLine(segment.label) || oneLine(segment.reason) || "unknown";
}

/**
 * The segments of each utterance. It begins with its first and ends with its last.
 * @param {Annotation} annotation
 * @returns {Segment[][]}
 */
export function utterancesOf(annotation) {
  /** @type {Segment[][]} */
  const utterances = [];
  for (const segment of annotation.segments) {
    const current = utterances.at(-1);
    if (current?.[0].utterance_id === segment.utterance_id) current.push(segment);
    else utterances.push([segment]);
  }
  return utterances;
}

/** What a person says of a verdict, on one line; empty if nothing. @param {Segment} segment */
export function remarkOf(segment) {
  return [oneLine(segment.correction), oneLine(segment.note)].filter(Boolean).join(": ");
}
