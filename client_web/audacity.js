// @ts-check
/** Audacity's label track: seconds, a tab, seconds, a tab, the label. */
import { remarkOf, wordOf } from "./annotation.js";
import { thousandths } from "./notation.js";

/** @typedef {import("./annotation.js").Annotation} Annotation */
/** @typedef {import("./annotation.js").Segment} Segment */

/** @param {Annotation} annotation */
export function writeAudacity({ segments }) {
  return segments.map(audacityLabel).join("");
}

/** @param {Segment} segment */
function audacityLabel(segment) {
  const said = remarkOf(segment);
  const text = wordOf(segment) + (said ? ` (${said})` : "");
  return `${microseconds(segment.start_ms)}\t${microseconds(segment.end_ms)}\t${text}\n`;
}

/** Seconds with six digits behind the point, as Audacity writes them. @param {number} ms */
function microseconds(ms) {
  return `${Math.floor(ms / 1000)}.${thousandths(ms)}000`;
}
