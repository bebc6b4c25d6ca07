// @ts-check
/**
 * What the chart draws, as pure functions of the state: the segments as spans in order of time,
 * which of them are in sight, which lies under the pointer, and how they share columns where they
 * are too many to be told apart.
 */
import { shareOf } from "./chart_window.js";
import { keyOf as keyOfSegment } from "./state.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./chart_window.js").Window} Window */
/**
 * `tone` is the label, or "none" where there is a reason instead.
 * @typedef {{key: string, startMs: number, endMs: number, tone: string, final: boolean, verdict: Emotion}} Span
 */
/** @typedef {{total: number, tones: Record<string, number>, interim: number}} Column shares of its width */

/** @param {Emotion} verdict */
export function keyOf({ utterance_id: utteranceId, segment }) {
  return keyOfSegment({ utteranceId, segment });
}

/** All segments with a verdict, in order of time. @param {import("./state.js").State} state @returns {Span[]} */
export function spansOf({ utterances }) {
  /** @type {Span[]} */
  const spans = [];
  for (const { verdicts } of utterances.values()) {
    for (const verdict of verdicts.values()) spans.push(spanOf(verdict));
  }
  return spans;
}

/** @param {Emotion} verdict @returns {Span} */
function spanOf(verdict) {
  const { start_ms: startMs, end_ms: endMs, label, final } = verdict;
  return { key: keyOf(verdict), startMs, endMs, tone: label ?? "none", final, verdict };
}

/** Where speech goes on that has no verdict yet, or null. @param {import("./state.js").State} state @returns {number | null} */
export function openSince({ lamp, utterances }) {
  if (!lamp) return null;
  let newest = null;
  for (const utterance of utterances.values()) newest = utterance;
  if (newest === null || newest.endMs !== null) return null;
  let since = newest.startMs;
  for (const { end_ms: endMs } of newest.verdicts.values()) since = Math.max(since, endMs);
  return since;
}

/** @param {Span[]} spans in order @param {Window} window @returns {Span[]} */
export function inSight(spans, { startMs, lengthMs }) {
  const from = firstWhere(spans, (span) => span.endMs > startMs);
  const to = firstWhere(spans, (span) => span.startMs >= startMs + lengthMs);
  return spans.slice(from, to);
}

/**
 * The span at a place, or the nearest within reach: a narrow one can be hit, too.
 * @param {Span[]} spans in order
 * @param {number} atMs
 * @param {number} reachMs
 * @returns {Span | null}
 */
export function spanAt(spans, atMs, reachMs) {
  const next = firstWhere(spans, (span) => span.endMs > atMs);
  /** @param {Span | undefined} span */
  const distance = (span) => (span ? Math.max(span.startMs - atMs, atMs - span.endMs, 0) : Infinity);
  const [before, after] = [spans[next - 1], spans[next]];
  const nearest = distance(after) <= distance(before) ? after : before;
  return distance(nearest) <= reachMs ? nearest : null;
}

/**
 * The span so many further than the one with that key; from none, the newest.
 * @param {Span[]} spans in order
 * @param {string | null} key
 * @param {number} by
 * @returns {Span | null}
 */
export function neighbour(spans, key, by) {
  const at = spans.findIndex((span) => span.key === key);
  if (at < 0) return spans.at(-1) ?? null;
  return spans[Math.min(spans.length - 1, Math.max(0, at + by))];
}

/**
 * Columns of one length on a fixed grid of time (they do not change as the window moves), with
 * the share of each tone in them.
 * @param {Span[]} spans in sight, in order
 * @param {Window} window
 * @param {number} columnMs
 * @returns {{first: number, columns: Column[]}} `first` is the number of the first column
 */
export function columnsOf(spans, { startMs, lengthMs }, columnMs) {
  const first = Math.floor(startMs / columnMs);
  const count = Math.ceil((startMs + lengthMs) / columnMs) - first;
  const columns = Array.from({ length: count }, () => /** @type {Column} */ ({ total: 0, tones: {}, interim: 0 }));
  for (const span of spans) {
    const from = Math.max(first, Math.floor(span.startMs / columnMs));
    const to = Math.min(first + count - 1, Math.ceil(span.endMs / columnMs) - 1);
    for (let number = from; number <= to; number += 1) {
      const over = Math.min(span.endMs, (number + 1) * columnMs) - Math.max(span.startMs, number * columnMs);
      add(columns[number - first], span, over / columnMs);
    }
  }
  return { first, columns };
}

/** @param {Column} column @param {Span} span @param {number} share */
function add(column, span, share) {
  column.total += share;
  column.tones[span.tone] = (column.tones[span.tone] ?? 0) + share;
  if (!span.final) column.interim += share;
}

/** The tone that fills most of a column, or null where less than half of it is speech. @param {Column} column */
export function toneOf({ total, tones }) {
  if (total < 0.5) return null;
  let most = null;
  for (const tone in tones) if (most === null || tones[tone] > tones[most]) most = tone;
  return most;
}

const TICKS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/**
 * Round times, far enough apart for their words.
 * @param {Window} window
 * @param {number} most how many there is room for
 * @returns {number[]} milliseconds
 */
export function ticksOf({ startMs, lengthMs }, most) {
  const least = lengthMs / Math.max(1, most) / 1000;
  const stepMs = (TICKS_S.find((seconds) => seconds >= least) ?? Math.ceil(least / 3600) * 3600) * 1000;
  const ticks = [];
  for (let ms = Math.ceil(startMs / stepMs) * stepMs; ms <= startMs + lengthMs; ms += stepMs) ticks.push(ms);
  return ticks;
}

/** Left and right of a stretch. @param {Window} window @param {number} width @param {{startMs: number, endMs: number}} stretch */
export function edgesOf(window, width, { startMs, endMs }) {
  return [shareOf(window, startMs) * width, shareOf(window, endMs) * width];
}

/**
 * @template T
 * @param {T[]} items the test is false up to some place, and true from there on
 * @param {(item: T) => boolean} test
 */
function firstWhere(items, test) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(items[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
