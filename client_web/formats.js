// @ts-check
/** The formats in which what was heard can be taken away. */
import { writeAudacity } from "./audacity.js";
import { writeCsv } from "./csv.js";
import { writeEaf } from "./eaf.js";
import { writeJson } from "./json.js";
import { writeTextGrid } from "./textgrid.js";
import { writeVtt } from "./webvtt.js";

/** @typedef {import("./annotation.js").Annotation} Annotation */
/**
 * `suffix` of its files; `write` gives text, which is UTF-8 as a Blob.
 * @typedef {object} Format
 * @property {string} suffix
 * @property {string} mediaType
 * @property {string} title a name, the same in every language
 * @property {(annotation: Annotation) => string} write
 */

/** By the names that the command line has. @type {Readonly<Record<string, Format>>} */
export const FORMATS = Object.freeze({
  csv: { suffix: ".csv", mediaType: "text/csv", title: "CSV", write: writeCsv },
  json: { suffix: ".json", mediaType: "application/json", title: "JSON", write: writeJson },
  vtt: { suffix: ".vtt", mediaType: "text/vtt", title: "WebVTT", write: writeVtt },
  audacity: { suffix: ".txt", mediaType: "text/plain", title: "Audacity", write: writeAudacity },
  textgrid: { suffix: ".TextGrid", mediaType: "text/plain", title: "Praat TextGrid", write: writeTextGrid },
  eaf: { suffix: ".eaf", mediaType: "application/xml", title: "ELAN", write: writeEaf },
});

/**
 * A file to hand to the person.
 * @param {Annotation} annotation
 * @param {Format} format
 */
export function exportBlob(annotation, format) {
  return new Blob([format.write(annotation)], { type: `${format.mediaType};charset=utf-8` });
}
