// @ts-check
/**
 * Draws the chart: how loud it was, in the colour of what was heard, above a band of segments
 * with their faces and words, above the time. It decides nothing; the scene says everything.
 *
 * Lengths are in sixteenths of the page's font size, so that the chart grows with its text.
 */
import { BAND, isCrowded, paintBand } from "./chart_band.js";
import { columnsOf, edgesOf, inSight, ticksOf, toneOf } from "./chart_spans.js";
import { shareOf } from "./chart_window.js";

/** @typedef {import("./chart_spans.js").Span} Span */
/**
 * @typedef {object} Scene
 * @property {number} width
 * @property {import("./chart_window.js").Window} window
 * @property {number} nowMs the newest sound
 * @property {boolean} live whether more is to come
 * @property {Span[]} spans all of them, in order
 * @property {number | null} openSince where speech goes on without a verdict
 * @property {readonly {startMs: number, endMs: number}[]} gaps
 * @property {import("./envelope.js").Envelope | null} envelope
 * @property {string | null} selected
 * @property {string | null} hovered
 * @property {number | null} playingMs where listening again has come to
 * @property {import("./chart_palette.js").Palette} palette
 * @property {import("./text.js").Text} text
 */
/** @typedef {CanvasRenderingContext2D} Context */

/** From the top: sound, then the band of segments, then words of time. */
const WAVE = Object.freeze({ top: 4, middle: 54, bottom: 104 });
const AXIS = 163;
export const HEIGHT = 170;

/** One bar of sound and the space after it. */
const BAR = 3;
const BAR_WIDTH = 2;
const LEAST_BAR = 0.75;
const QUIETEST_DB = -60;
/** Above 1, what is quiet stays lower than what is spoken. */
const CONTRAST = 1.6;
const TICK_WIDTH = 68;
const WASH = { plain: 0.1, interim: 0.05, chosen: 0.24 };

/** @param {Context} context scaled to the scene's units @param {Scene} scene */
export function paint(context, scene) {
  const spans = inSight(scene.spans, scene.window);
  context.clearRect(0, 0, scene.width, HEIGHT);
  paintTicks(context, scene);
  paintWashes(context, scene, spans);
  paintWave(context, scene, spans);
  paintGaps(context, scene);
  paintBand(context, scene, spans);
  paintNow(context, scene);
  paintPlaying(context, scene);
}

/** @param {Context} context @param {Scene} scene */
function paintTicks(context, { width, window, palette, text }) {
  context.font = `12.5px ${palette.sans}`;
  context.textBaseline = "alphabetic";
  for (const ms of ticksOf(window, width / TICK_WIDTH)) {
    const x = shareOf(window, ms) * width;
    context.fillStyle = palette.line;
    context.fillRect(x - 0.5, WAVE.top, 1, WAVE.bottom - WAVE.top);
    context.fillStyle = palette.quiet;
    const word = text.clock(ms);
    const half = context.measureText(word).width / 2;
    if (x + half <= width) context.fillText(word, Math.max(0, x - half), AXIS);
  }
}

/** The stretch of each segment, as if marked with a pen. @param {Context} context @param {Scene} scene @param {Span[]} spans */
function paintWashes(context, { width, window, palette, selected, hovered }, spans) {
  for (const span of spans) {
    const [left, right] = edgesOf(window, width, span);
    const chosen = span.key === selected || span.key === hovered;
    if (right - left < 2 * BAR && !chosen) continue;
    context.fillStyle = palette.toneOf(span.tone).tone;
    context.globalAlpha = chosen ? WASH.chosen : span.final ? WASH.plain : WASH.interim;
    context.beginPath();
    context.roundRect(left, WAVE.top, Math.max(1, right - left), WAVE.bottom - WAVE.top, 5);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Sound that was lost on the way. @param {Context} context @param {Scene} scene */
function paintGaps(context, { width, window, palette, gaps, text }) {
  for (const gap of gaps) {
    const [left, right] = edgesOf(window, width, gap);
    if (right < 0 || left > width) continue;
    const size = Math.max(2, right - left);
    context.fillStyle = palette.paper;
    context.fillRect(left, WAVE.top, size, WAVE.bottom - WAVE.top);
    context.globalAlpha = 0.55;
    context.fillStyle = palette.hatch(palette.alarm);
    context.fillRect(left, WAVE.top, size, WAVE.bottom - WAVE.top);
    context.globalAlpha = 1;
    paintGapWord(context, palette, text.say("chart_gap"), Math.max(0, left), Math.min(width, right));
  }
}

/** @param {Context} context @param {import("./chart_palette.js").Palette} palette @param {string} word @param {number} left @param {number} right */
function paintGapWord(context, palette, word, left, right) {
  context.font = `600 12.5px ${palette.sans}`;
  context.textBaseline = "middle";
  const size = context.measureText(word).width;
  if (right - left < size + 20) return;
  const middle = (left + right) / 2;
  context.fillStyle = palette.paper;
  context.beginPath();
  context.roundRect(middle - size / 2 - 8, WAVE.middle - 11, size + 16, 22, 11);
  context.fill();
  context.fillStyle = palette.alarm;
  context.fillText(word, middle - size / 2, WAVE.middle + 0.5);
}

/**
 * Bars of sound: the loudest moment pale, the loudness itself full. They stand on a grid of time,
 * so that they glide with it and never flicker.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Span[]} spans
 */
function paintWave(context, scene, spans) {
  const { width, window, envelope, palette, nowMs } = scene;
  if (envelope === null) return;
  const barMs = (BAR / width) * window.lengthMs;
  // Where a bar holds several segments, a colour of its own would be confetti.
  const { first, columns } = columnsOf(isCrowded(scene, spans) ? [] : spans, window, barMs);
  /** @type {Map<string, [Path2D, Path2D]>} */
  const paths = new Map();
  for (const [at, column] of columns.entries()) {
    const startMs = (first + at) * barMs;
    if (startMs >= nowMs) break;
    const tone = toneOf(column);
    const name = tone === null ? "" : column.interim > 0.5 ? `~${tone}` : tone;
    let pair = paths.get(name);
    if (pair === undefined) paths.set(name, (pair = [new Path2D(), new Path2D()]));
    const { rms, peak } = envelope.level(startMs, startMs + barMs);
    const x = shareOf(window, startMs) * width;
    addBar(pair[0], x, peak);
    addBar(pair[1], x, rms);
  }
  for (const [name, [peaks, loudness]] of paths) {
    const interim = name.startsWith("~");
    context.fillStyle = name === "" ? palette.quiet : palette.toneOf(interim ? name.slice(1) : name).tone;
    const strength = name === "" ? 0.5 : interim ? 0.6 : 1;
    context.globalAlpha = 0.36 * strength;
    context.fill(peaks);
    context.globalAlpha = strength;
    context.fill(loudness);
  }
  context.globalAlpha = 1;
}

/** @param {Path2D} path @param {number} x @param {number} level */
function addBar(path, x, level) {
  const half = Math.max(LEAST_BAR, heightOf(level) * (WAVE.middle - WAVE.top));
  path.roundRect(x, WAVE.middle - half, BAR_WIDTH, 2 * half, 1);
}

/** @param {number} level from 0 to 1 @returns {number} from 0 to 1, as the ear hears it */
function heightOf(level) {
  const db = 20 * Math.log10(Math.max(level, 1e-6));
  return Math.max(0, 1 - db / QUIETEST_DB) ** CONTRAST;
}

/** The newest sound. @param {Context} context @param {Scene} scene */
function paintNow(context, { width, window, nowMs, live, palette }) {
  const x = shareOf(window, nowMs) * width;
  if (!live || x > width) return;
  context.fillStyle = palette.ink;
  context.globalAlpha = 0.5;
  context.fillRect(x - 0.5, WAVE.top, 1, WAVE.bottom - WAVE.top);
  context.globalAlpha = 1;
  context.beginPath();
  context.arc(x, WAVE.top, 3.2, 0, 2 * Math.PI);
  context.fill();
}

/** @param {Context} context @param {Scene} scene */
function paintPlaying(context, { width, window, playingMs, palette }) {
  if (playingMs === null) return;
  const x = shareOf(window, playingMs) * width;
  context.fillStyle = palette.ink;
  context.fillRect(x - 1, 0, 2, BAND.top + BAND.height);
}
