// @ts-check
/**
 * The band of segments below the sound: face and word of each where there is room, so that colour
 * is never the only sign. What has a reason instead of a label is hatched; what is not final is
 * outlined. Where segments are too many to be told apart, columns show how they share the time.
 */
import { columnsOf, edgesOf } from "./chart_spans.js";
import { shareOf } from "./chart_window.js";
import { pathOf } from "./icons.js";

/** @typedef {import("./chart_paint.js").Scene} Scene */
/** @typedef {import("./chart_paint.js").Context} Context */
/** @typedef {import("./chart_spans.js").Span} Span */
/** @typedef {{left: number, right: number}} Edges */

export const BAND = Object.freeze({ top: 112, height: 30 });

/** Segments narrower than this on average are drawn as columns. */
const CROWDED = 7;
const COLUMN = 8;
const GAP = 1;
const ICON = 19;
/** Of the faces in icons.js. */
const FACE = 24;
const PADDING = 6;
const MIDDLE = BAND.top + BAND.height / 2;
/** The line in the full colour at the foot of each. */
const FOOT = 3;

/** @param {Context} context @param {Scene} scene @param {Span[]} spans in sight */
export function paintBand(context, scene, spans) {
  paintGround(context, scene);
  if (isCrowded(scene, spans)) {
    paintColumns(context, scene, spans);
  } else {
    for (const span of spans) paintSpan(context, scene, span);
    paintOpen(context, scene);
  }
  const chosen = spans.find(({ key }) => key === scene.selected);
  if (chosen) paintOutline(context, scene, chosen);
}

/** Whether segments are too many to be told apart. @param {Scene} scene @param {Span[]} spans in sight */
export function isCrowded({ width, window }, spans) {
  const total = spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  return spans.length > 1 && (total / spans.length / window.lengthMs) * width < CROWDED;
}

/** A line from the beginning to now. @param {Context} context @param {Scene} scene */
function paintGround(context, { width, window, nowMs, palette }) {
  const left = Math.max(0, shareOf(window, 0) * width);
  const right = Math.min(width, shareOf(window, nowMs) * width);
  context.fillStyle = palette.line;
  if (right > left) context.fillRect(left, MIDDLE - 0.5, right - left, 1);
}

/** @param {Context} context @param {Scene} scene @param {Span} span */
function paintSpan(context, scene, span) {
  const { palette } = scene;
  const [start, end] = edgesOf(scene.window, scene.width, span);
  const edges = { left: start, right: Math.max(start + 1, end - GAP) };
  const wide = edges.right - edges.left >= CROWDED;
  const { tone, tint, stroke } = palette.toneOf(span.tone);
  context.save();
  traceBox(context, edges, wide ? 6 : 1.5);
  if (wide) {
    context.clip();
    context.fillStyle = span.final ? tint : palette.paper;
    context.fill();
    if (span.tone === "none") paintHatch(context, palette.hatch(tone), 0.5);
    context.fillStyle = tone;
    if (span.final) context.fillRect(edges.left, BAND.top + BAND.height - FOOT, edges.right - edges.left, FOOT);
    else paintDashes(context, edges, stroke);
    paintWord(context, scene, span, edges);
  } else {
    context.globalAlpha = span.final ? 1 : 0.5;
    context.fillStyle = tone;
    context.fill();
  }
  context.restore();
}

/** @param {Context} context @param {Edges} edges @param {number} radius */
function traceBox(context, { left, right }, radius) {
  context.beginPath();
  context.roundRect(left, BAND.top, right - left, BAND.height, radius);
}

/** Within the path that is clipped to. @param {Context} context @param {CanvasPattern | string} hatch @param {number} alpha */
function paintHatch(context, hatch, alpha) {
  context.globalAlpha = alpha;
  context.fillStyle = hatch;
  context.fill();
  context.globalAlpha = 1;
}

/** @param {Context} context @param {Edges} edges @param {string} color */
function paintDashes(context, edges, color) {
  context.strokeStyle = color;
  context.lineWidth = 2.5; // Half of it is clipped away.
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
  traceBox(context, edges, 6);
}

/**
 * Face and word, kept in sight while a part of their segment is.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Span} span
 * @param {Edges} edges
 */
function paintWord(context, { width, palette, text }, span, edges) {
  const left = Math.max(edges.left, 0);
  const room = Math.min(edges.right, width) - left;
  if (room < ICON + 2) return;
  const { verdict } = span;
  const word = verdict.label === null ? text.reason(verdict.reason) : text.label(verdict.label);
  context.font = `${span.final ? "" : "italic "}500 16px ${palette.serif}`;
  context.textBaseline = "middle";
  const size = context.measureText(word).width;
  const worded = room >= ICON + size + 2.5 * PADDING;
  const from = left + (worded ? PADDING : (room - ICON) / 2);
  if (span.tone === "none") paintPlate(context, palette.paper, from, worded ? ICON + size + PADDING : ICON);
  paintFace(context, palette, span, from);
  if (!worded) return;
  context.fillStyle = span.final && verdict.label !== null ? palette.ink : palette.quiet;
  context.fillText(word, from + ICON + PADDING - 1, MIDDLE - 0.5);
}

/** A ground on which a word is read over hatching. @param {Context} context @param {string} paper @param {number} left @param {number} size */
function paintPlate(context, paper, left, size) {
  context.fillStyle = paper;
  context.globalAlpha = 0.82;
  context.beginPath();
  context.roundRect(left - 3, BAND.top + 3.5, size + 6, BAND.height - FOOT - 6, 10);
  context.fill();
  context.globalAlpha = 1;
}

/** @param {Context} context @param {Scene["palette"]} palette @param {Span} span @param {number} left */
function paintFace(context, palette, span, left) {
  const { tint, stroke } = palette.toneOf(span.tone);
  const face = new Path2D(pathOf(span.verdict.label ?? ""));
  context.save();
  context.translate(left, MIDDLE - ICON / 2 - 1);
  context.scale(ICON / FACE, ICON / FACE);
  context.lineWidth = 1.7;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = stroke;
  context.fillStyle = tint;
  if (span.final) context.fill(face);
  context.stroke(face);
  context.restore();
}

/** Speech that goes on and has no verdict yet. @param {Context} context @param {Scene} scene */
function paintOpen(context, { width, window, openSince, nowMs, palette }) {
  if (openSince === null) return;
  const [left, right] = edgesOf(window, width, { startMs: openSince, endMs: nowMs });
  if (right - left < 2) return;
  context.strokeStyle = palette.quiet;
  context.lineWidth = 1.5;
  context.setLineDash([1, 5]);
  context.lineCap = "round";
  context.beginPath();
  context.roundRect(left + 1, BAND.top + 1, right - left - 2, BAND.height - 2, 6);
  context.stroke();
  context.setLineDash([]);
}

/** How segments share the time, column by column. @param {Context} context @param {Scene} scene @param {Span[]} spans */
function paintColumns(context, { width, window, palette }, spans) {
  const columnMs = (COLUMN / width) * window.lengthMs;
  const { first, columns } = columnsOf(spans, window, columnMs);
  const tones = [...new Set(spans.map(({ tone }) => tone))].sort(byTone);
  for (const [at, column] of columns.entries()) {
    const x = shareOf(window, (first + at) * columnMs) * width;
    let bottom = BAND.top + BAND.height;
    for (const tone of tones) {
      const height = Math.min(1, column.tones[tone] ?? 0) * BAND.height;
      context.fillStyle = tone === "none" ? palette.hatch(palette.toneOf(tone).tone) : palette.toneOf(tone).tone;
      context.fillRect(x, bottom - height, COLUMN - GAP, height);
      bottom -= height;
    }
  }
}

/** By name, the nameless on top. @param {string} one @param {string} other */
function byTone(one, other) {
  if (one === "none" || other === "none") return one === "none" ? 1 : -1;
  return one < other ? -1 : 1;
}

/** @param {Context} context @param {Scene} scene @param {Span} span */
function paintOutline(context, { width, window, palette }, span) {
  const [left, right] = edgesOf(window, width, span);
  context.strokeStyle = palette.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(left - 1, BAND.top - 1, Math.max(4, right - left - GAP + 2), BAND.height + 2, 7);
  context.stroke();
}
