// @ts-check
/**
 * The stretch of time that the chart shows, as pure functions: window -> window. A live window
 * follows what is said; while less was said than fits, it begins at zero and fills up.
 */

/** @typedef {{startMs: number, lengthMs: number, live: boolean}} Window */

export const SHORTEST_MS = 3000;
/** Longer only where the session is. */
export const LONGEST_MS = 3_600_000;
/** So much time for each unit of width at first: a word fits into most segments. */
const FIRST_MS_PER_UNIT = 45;
const FIRST_MS = Object.freeze({ least: 12_000, most: 60_000 });
/** Room after the newest sound, so that its edge is seen. */
const MARGIN = 0.04;

/** @param {number} width of the chart, in sixteenths of the font size @returns {Window} */
export function initialWindow(width) {
  const lengthMs = Math.min(FIRST_MS.most, Math.max(FIRST_MS.least, width * FIRST_MS_PER_UNIT));
  return { startMs: 0, lengthMs, live: true };
}

/** The window as it stands now: moved along where it is live. @param {Window} window @param {number} nowMs @returns {Window} */
export function follow(window, nowMs) {
  if (!window.live) return window;
  const startMs = lastStart(window.lengthMs, nowMs);
  return startMs === window.startMs ? window : { ...window, startMs };
}

/** Live again, as wide as it is. @param {Window} window @param {number} nowMs @returns {Window} */
export function goLive(window, nowMs) {
  return follow({ ...window, live: true }, nowMs);
}

/**
 * A part of its length later (or earlier, below 0). It follows no longer.
 * @param {Window} window
 * @param {number} share
 * @param {number} nowMs
 * @returns {Window}
 */
export function pan(window, share, nowMs) {
  return hold({ ...window, startMs: window.startMs + share * window.lengthMs }, nowMs);
}

/** At the beginning. @param {Window} window @returns {Window} */
export function goHome(window) {
  return { ...window, startMs: 0, live: false };
}

/**
 * `factor` times as long. What is at `share` of the width (0 left, 1 right) stays in its place; a
 * live window stays live, with its newer end in its place.
 * @param {Window} window
 * @param {number} factor above 1 to see more
 * @param {number} share
 * @param {number} nowMs
 * @returns {Window}
 */
export function zoom(window, factor, share, nowMs) {
  const longest = Math.max(LONGEST_MS, fitting(nowMs));
  const lengthMs = Math.min(longest, Math.max(SHORTEST_MS, window.lengthMs * factor));
  if (window.live) return follow({ ...window, lengthMs }, nowMs);
  const startMs = window.startMs + share * (window.lengthMs - lengthMs);
  return hold({ ...window, lengthMs, startMs }, nowMs);
}

/** All there is. @param {Window} window @param {number} nowMs @returns {Window} */
export function showAll(window, nowMs) {
  return { startMs: 0, lengthMs: Math.max(SHORTEST_MS, fitting(nowMs)), live: window.live };
}

/**
 * Moved just as far as it takes to show a stretch; if it is in sight, not at all.
 * @param {Window} window
 * @param {number} startMs
 * @param {number} endMs
 * @param {number} nowMs
 * @returns {Window}
 */
export function reveal(window, startMs, endMs, nowMs) {
  const room = window.lengthMs * MARGIN;
  if (startMs >= window.startMs && endMs <= window.startMs + window.lengthMs) return window;
  const moved = startMs < window.startMs ? startMs - room : endMs + room - window.lengthMs;
  return hold({ ...window, startMs: Math.min(moved, startMs) }, nowMs);
}

/** @param {Window} window @param {number} ms @returns {number} from 0 to 1 where it is in sight */
export function shareOf(window, ms) {
  return (ms - window.startMs) / window.lengthMs;
}

/** Held in its place, within what there is. @param {Window} window @param {number} nowMs @returns {Window} */
function hold(window, nowMs) {
  const startMs = Math.min(Math.max(0, window.startMs), lastStart(window.lengthMs, nowMs));
  return { ...window, startMs, live: false };
}

/** @param {number} lengthMs @param {number} nowMs */
function lastStart(lengthMs, nowMs) {
  return Math.max(0, nowMs - lengthMs * (1 - MARGIN));
}

/** @param {number} nowMs @returns {number} the length that shows all of it, with its margin */
function fitting(nowMs) {
  return nowMs / (1 - MARGIN);
}
