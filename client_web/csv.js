// @ts-check
/** CSV by RFC 4180: a header, then a row for each segment. */
import { oneLine } from "./notation.js";

/** @typedef {import("./annotation.js").About} About */
/** @typedef {import("./annotation.js").Annotation} Annotation */
/** @typedef {import("./annotation.js").Segment} Segment */

const BEFORE_SCORES = ["source", "utterance_id", "segment", "start_ms", "end_ms", "label", "reason", "confidence"];
const AFTER_SCORES = ["model", "correction", "note"];
const PLACES = 6;

/** @param {Annotation} annotation */
export function writeCsv({ about, segments }) {
  const scores = about.labels.map((label) => `score_${oneLine(label)}`);
  const header = csvLine([...BEFORE_SCORES, ...scores, ...AFTER_SCORES]);
  return header + segments.map((segment) => csvRow(about, segment)).join("");
}

/** @param {About} about @param {Segment} segment */
function csvRow(about, segment) {
  const scores = about.labels.map((label) =>
    Object.hasOwn(segment.scores, label) ? segment.scores[label].toFixed(PLACES) : "",
  );
  return csvLine([
    oneLine(about.source),
    segment.utterance_id,
    segment.segment,
    segment.start_ms,
    segment.end_ms,
    oneLine(segment.label),
    oneLine(segment.reason),
    segment.confidence.toFixed(PLACES),
    ...scores,
    oneLine(segment.model),
    oneLine(segment.correction),
    oneLine(segment.note),
  ]);
}

/** @param {(string | number)[]} fields */
function csvLine(fields) {
  const quoted = fields.map((field) =>
    /[",\r\n]/.test(String(field)) ? `"${String(field).replace(/"/g, '""')}"` : String(field),
  );
  return `${quoted.join(",")}\r\n`;
}
