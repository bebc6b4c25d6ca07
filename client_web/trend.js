// @ts-check
/**
 * How the share of each emotion went over the last minutes, as pure functions. A share is of the
 * time of final segments; those with a reason instead of a label count as "none".
 */

/** @typedef {import("./chart_spans.js").Span} Span */
/**
 * `share` of the speech in all those minutes, from 0 to 1; `line` at each moment of the fifth
 * of it before, null where nobody spoke in that.
 * @typedef {{tone: string, share: number, line: (number | null)[]}} Trend
 */

/** Shorter while the session is. */
export const TREND_MS = 300_000;
const LEAST_MS = 30_000;
const POINTS = 31;
/** A point looks back on this part of it: a minute of five. */
const SMOOTH = 1 / 5;

/**
 * @param {Span[]} spans in order of time
 * @param {number} nowMs
 * @param {readonly string[]} labels the model's; each gets its trend, and so does "none" if need be
 * @returns {Trend[]}
 */
export function trendsOf(spans, nowMs, labels) {
  const lengthMs = Math.min(TREND_MS, Math.max(LEAST_MS, nowMs));
  const smoothMs = SMOOTH * lengthMs;
  const finals = newest(spans, nowMs - lengthMs - smoothMs).filter(({ final }) => final);
  const moments = Array.from({ length: POINTS }, (_, at) => nowMs - lengthMs * (1 - at / (POINTS - 1)));
  const lines = moments.map((ms) => sharesOf(finals, ms - smoothMs, ms));
  const whole = sharesOf(finals, nowMs - lengthMs, nowMs);
  const tones = [...new Set([...labels, ...finals.map(({ tone }) => tone)])];
  const named = tones.filter((tone) => tone !== "none");
  if (tones.includes("none")) named.push("none");
  return named.map((tone) => ({
    tone,
    share: whole?.[tone] ?? 0,
    line: lines.map((shares) => shares && (shares[tone] ?? 0)),
  }));
}

/**
 * Of the speech between two moments; null where there was none.
 * @param {Span[]} spans
 * @param {number} startMs
 * @param {number} endMs
 * @returns {Record<string, number> | null} by tone; together 1
 */
function sharesOf(spans, startMs, endMs) {
  /** @type {Record<string, number>} */
  const shares = {};
  let all = 0;
  for (const span of spans) {
    const ms = Math.min(span.endMs, endMs) - Math.max(span.startMs, startMs);
    if (ms <= 0) continue;
    shares[span.tone] = (shares[span.tone] ?? 0) + ms;
    all += ms;
  }
  if (all === 0) return null;
  for (const tone in shares) shares[tone] /= all;
  return shares;
}

/** @param {Span[]} spans @param {number} sinceMs */
function newest(spans, sinceMs) {
  const from = spans.findLastIndex((span) => span.endMs <= sinceMs);
  return spans.slice(from + 1);
}

/**
 * The area below a line, as the path of an SVG; a piece for each stretch without nulls.
 * @param {(number | null)[]} line from 0 to 1
 * @param {number} width
 * @param {number} height
 */
export function areaOf(line, width, height) {
  const step = width / (line.length - 1);
  let path = "";
  let from = -1;
  for (let at = 0; at <= line.length; at += 1) {
    const value = line[at] ?? null;
    if (value === null) {
      if (from >= 0) path += `L${fixed((at - 1) * step)} ${height}Z`;
      from = -1;
    } else {
      if (from < 0) path += `M${fixed(at * step)} ${height}`;
      path += `L${fixed(at * step)} ${fixed(height * (1 - value))}`;
      from = at;
    }
  }
  return path;
}

/** @param {number} number */
function fixed(number) {
  return number.toFixed(1);
}
