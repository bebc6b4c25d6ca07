// @ts-check
/** Praat's TextGrid, the long text format, letter for letter as Praat saves it in UTF-8. */
import { seconds } from "./notation.js";
import { tiersOf } from "./tiers.js";

/** @typedef {import("./tiers.js").Interval} Interval */
/** @typedef {import("./tiers.js").Tier} Tier */

/** Praat knows no recording without length. */
const SHORTEST_MS = 1;

/** Between the segments stand intervals without a text. @param {import("./annotation.js").Annotation} annotation */
export function writeTextGrid(annotation) {
  const endMs = Math.max(annotation.audioMs, SHORTEST_MS);
  const tiers = tiersOf(annotation);
  const lines = [
    'File type = "ooTextFile"',
    'Object class = "TextGrid"',
    "",
    "xmin = 0 ",
    `xmax = ${seconds(endMs)} `,
    "tiers? <exists> ",
    `size = ${tiers.length} `,
    "item []: ",
  ];
  for (const [at, tier] of tiers.entries()) lines.push(...tierLines(at + 1, tier, endMs));
  return [...lines, ""].join("\n");
}

/** @param {number} number @param {Tier} tier @param {number} endMs */
function tierLines(number, tier, endMs) {
  const intervals = withoutGaps(tier.intervals, endMs);
  const lines = [
    `    item [${number}]:`,
    '        class = "IntervalTier" ',
    `        name = "${tier.name}" `,
    "        xmin = 0 ",
    `        xmax = ${seconds(endMs)} `,
    `        intervals: size = ${intervals.length} `,
  ];
  for (const [at, interval] of intervals.entries()) {
    lines.push(
      `        intervals [${at + 1}]:`,
      `            xmin = ${seconds(interval.startMs)} `,
      `            xmax = ${seconds(interval.endMs)} `,
      `            text = "${interval.text.replace(/"/g, '""')}" `,
    );
  }
  return lines;
}

/**
 * An interval tier covers its time without a gap.
 * @param {Interval[]} intervals
 * @param {number} endMs
 */
function withoutGaps(intervals, endMs) {
  /** @type {Interval[]} */
  const whole = [];
  let at = 0;
  for (const interval of intervals) {
    if (interval.startMs > at) whole.push({ startMs: at, endMs: interval.startMs, text: "" });
    whole.push(interval);
    at = interval.endMs;
  }
  if (at < endMs) whole.push({ startMs: at, endMs, text: "" });
  return whole;
}
