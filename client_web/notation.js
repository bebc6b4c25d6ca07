// @ts-check
/** How times and what people typed are written, whatever the format. */

// What ends a line somewhere, or may not stand in XML.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu;
// Half a pair of surrogates, and what XML forbids besides.
const NO_CHARACTERS = /[\p{Surrogate}\ufffe\uffff]/gu;

/** What somebody typed, fit for a format of lines and for XML. @param {string | null} [text] */
export function oneLine(text) {
  const line = (text ?? "").replace(CONTROLS, " ").replace(NO_CHARACTERS, "\ufffd");
  return line.replace(/ {2,}/g, " ").replace(/^ | $/g, "");
}

/** A date and time as ISO 8601 has it, in UTC. @param {Date} at */
export function moment(at) {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** For XML and captions; `'` as Python escapes it. @param {string} text @param {boolean} [quotes] */
export function escapeText(text, quotes = true) {
  const escaped = oneLine(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return quotes ? escaped.replace(/"/g, "&quot;").replace(/'/g, "&#x27;") : escaped;
}

/**
 * A time in seconds, exactly, with no more digits than it has.
 * @param {number} ms
 */
export function seconds(ms) {
  return `${Math.floor(ms / 1000)}.${thousandths(ms)}`.replace(/\.?0+$/, "");
}

/** The three digits behind the point. @param {number} ms */
export function thousandths(ms) {
  return String(ms % 1000).padStart(3, "0");
}
