// @ts-check
/** The levels that Praat and ELAN show above each other. */
import { utterancesOf, wordOf } from "./annotation.js";
import { oneLine } from "./notation.js";

/** @typedef {import("./annotation.js").Annotation} Annotation */
/** @typedef {import("./annotation.js").Segment} Segment */
/** A stretch of time with a text. @typedef {{startMs: number, endMs: number, text: string}} Interval */
/** @typedef {{name: string, intervals: Interval[]}} Tier */

/**
 * `utterance` (numbered from 1), `emotion` (the label, or why there is none) and `confidence`;
 * behind them `correction` and `note` where a person has given any.
 * @param {Annotation} annotation
 * @returns {Tier[]}
 */
export function tiersOf(annotation) {
  const utterances = utterancesOf(annotation).map((segments, at) => ({
    startMs: segments[0].start_ms,
    endMs: segments[segments.length - 1].end_ms,
    text: String(at + 1),
  }));
  /** @param {string} name @param {(segment: Segment) => string} textOf @returns {Tier} */
  const tier = (name, textOf) => ({
    name,
    intervals: annotation.segments.map((segment) => ({
      startMs: segment.start_ms,
      endMs: segment.end_ms,
      text: textOf(segment),
    })),
  });
  const said = [
    tier("correction", (segment) => oneLine(segment.correction)),
    tier("note", (segment) => oneLine(segment.note)),
  ];
  return [
    { name: "utterance", intervals: utterances },
    tier("emotion", wordOf),
    tier("confidence", (segment) => segment.confidence.toFixed(2)),
    ...said.filter(({ intervals }) => intervals.some(({ text }) => text)),
  ];
}
