// @ts-check
/** WebVTT: a caption for each segment, to play with the sound. */
import { remarkOf, wordOf } from "./annotation.js";
import { escapeText, moment, thousandths } from "./notation.js";

/** @typedef {import("./annotation.js").Annotation} Annotation */
/** @typedef {import("./annotation.js").Segment} Segment */

/** @param {Annotation} annotation */
export function writeVtt({ about, segments }) {
  const header = [
    "WEBVTT - how a voice sounds\n",
    "NOTE",
    `source: ${escapeText(about.source, false)}`,
    `made: ${moment(about.madeAt)} by vivavoz, model ${escapeText(about.model, false)}\n`,
  ].join("\n");
  return header + segments.map(vttCue).join("");
}

/** Label and confidence, or in brackets why there is no label. @param {Segment} segment */
function vttCue(segment) {
  const word = escapeText(wordOf(segment), false);
  const times = `${clock(segment.start_ms)} --> ${clock(segment.end_ms)}`;
  const lines = ["", times, segment.label ? `${word} ${segment.confidence.toFixed(2)}` : `[${word}]`];
  const said = escapeText(remarkOf(segment), false);
  return [...lines, ...(said ? [said] : []), ""].join("\n");
}

/** @param {number} ms */
function clock(ms) {
  const whole = Math.floor(ms / 1000);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}.${thousandths(ms)}`;
}
