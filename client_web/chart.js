// @ts-check
/**
 * The timeline on a canvas: sound in the colours of what was heard, from seconds to an hour. It
 * follows what is said until it is touched; wheel, fingers and keys move it, and a press on a
 * segment chooses it. It paints only when something moved by a pixel.
 */
import { createBar } from "./chart_bar.js";
import { listen } from "./chart_input.js";
import { HEIGHT, paint } from "./chart_paint.js";
import { readPalette } from "./chart_palette.js";
import { inSight, neighbour, openSince, spanAt } from "./chart_spans.js";
import { follow, goHome, goLive, initialWindow, pan, reveal, showAll, zoom } from "./chart_window.js";
import { isAtRest, keyOf } from "./state.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./state.js").State} State */
/**
 * @typedef {object} Handlers
 * @property {(verdict: Emotion | null) => void} onSelect a segment was chosen, or left
 * @property {(verdict: Emotion) => void} onPlay a segment is to be heard, or to be silent again
 */

/** How far beside a narrow segment a press still counts, in pixels. */
const REACH = 8;
/** How fast the picture follows the sound, which comes in blocks of 100 ms. */
const GLIDE_MS = 120;
const JUMP_MS = 2000;
/** A move by less is not seen. */
const LEAST_MOVE = 0.5;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./text.js").Text} text
 * @param {Handlers} handlers
 */
export function createChart(canvas, text, handlers) {
  return new Chart(canvas, text, handlers);
}

class Chart {
  /** @param {HTMLCanvasElement} canvas @param {import("./text.js").Text} text @param {Handlers} handlers */
  constructor(canvas, text, handlers) {
    this.canvas = canvas;
    this.text = text;
    this.handlers = handlers;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.window = initialWindow(0);
    this.fresh = true; // The window waits for the width.
    /** @type {import("./chart_spans.js").Span[]} */
    this.spans = [];
    /** @type {State | null} */
    this.state = null;
    /** @type {import("./envelope.js").Envelope | null} */
    this.envelope = null;
    /** @type {string | null} */
    this.selected = null;
    /** @type {string | null} */
    this.hovered = null;
    /** @type {(() => number | null)} */
    this.playing = () => null;
    this.nowMs = 0;
    this.width = 0;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.paintedAt = 0;
    this.dirty = true;
    this.frame = 0;
    this.frameTime = 0;
    /** @type {import("./chart_palette.js").Palette | null} */
    this.palette = null;
    this.bar = createBar(canvas, text, this.commands());
    this.stops = [listen(canvas, this.commands()), this.bar.remove, ...this.observe()];
    canvas.setAttribute("aria-label", text.say("chart_name"));
  }

  /**
   * @param {State} state
   * @param {import("./chart_spans.js").Span[]} spans its segments
   * @param {import("./envelope.js").Envelope | null} envelope null without sound
   */
  render(state, spans, envelope) {
    if (envelope !== this.envelope) {
      this.fresh = true;
      this.nowMs = 0;
    }
    this.spans = spans;
    this.selected = state.selected && keyOf(state.selected);
    this.state = state;
    this.envelope = envelope;
    this.touch();
  }

  /** Follows what is said again. */
  follow() {
    this.move(goLive(this.window, this.nowMs));
  }

  /** Moves just as far as it takes to show a segment. @param {Emotion} verdict */
  reveal({ start_ms: startMs, end_ms: endMs }) {
    this.move(reveal(this.window, startMs, endMs, this.nowMs));
  }

  /**
   * Draws a line where listening again has come to.
   * @param {() => number | null} playing asked before every picture; null once it is over
   */
  showPlaying(playing) {
    this.playing = playing;
    this.touch();
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    for (const stop of this.stops) stop();
  }

  /** @returns {import("./chart_input.js").Commands} */
  commands() {
    return {
      zoom: (factor, share) => this.move(zoom(this.window, factor, share, this.nowMs)),
      pan: (share) => this.move(pan(this.window, share, this.nowMs)),
      home: () => this.move(goHome(this.window)),
      live: () => this.follow(),
      all: () => this.move(showAll(this.window, this.nowMs)),
      tap: (share) => this.tap(share),
      hover: (share) => this.hover(share),
      step: (by) => this.step(by),
      play: () => this.play(),
      leave: () => this.handlers.onSelect(null),
    };
  }

  /** What lies outside: size, theme, pixels. @returns {(() => void)[]} */
  observe() {
    const restyle = () => {
      this.palette = null;
      this.touch();
    };
    // Kept, because asking for it in the middle of a frame would lay out the page once more.
    const sizes = new ResizeObserver(([{ contentRect }]) => {
      this.width = contentRect.width;
      restyle();
    });
    sizes.observe(this.canvas);
    const themes = new MutationObserver(restyle);
    themes.observe(this.canvas.ownerDocument.documentElement, { attributes: true });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", restyle);
    return [() => sizes.disconnect(), () => themes.disconnect(), () => dark.removeEventListener("change", restyle)];
  }

  /** @param {import("./chart_window.js").Window} window */
  move(window) {
    if (window === this.window) return;
    this.window = window;
    this.touch();
  }

  /** @param {number} share */
  spanAt(share) {
    const { startMs, lengthMs } = this.window;
    const reachMs = (REACH / this.width) * lengthMs;
    return spanAt(inSight(this.spans, this.window), startMs + share * lengthMs, reachMs);
  }

  /** @param {number} share */
  tap(share) {
    const span = this.spanAt(share);
    this.handlers.onSelect(span && span.verdict);
    if (span) this.handlers.onPlay(span.verdict);
  }

  /** @param {number | null} share */
  hover(share) {
    const span = share === null ? null : this.spanAt(share);
    const key = span && span.key;
    if (key === this.hovered) return;
    this.hovered = key;
    this.canvas.style.cursor = span ? "pointer" : "";
    this.touch();
  }

  /** @param {number} by */
  step(by) {
    const span = neighbour(this.spans, this.selected, by);
    if (span === null) return;
    this.reveal(span.verdict);
    this.handlers.onSelect(span.verdict);
  }

  play() {
    const span = this.spans.find(({ key }) => key === this.selected);
    if (span) this.handlers.onPlay(span.verdict);
  }

  /** Something is to be drawn, soon. */
  touch() {
    this.dirty = true;
    this.ask();
  }

  ask() {
    if (this.frame === 0) this.frame = requestAnimationFrame((time) => this.draw(time));
  }

  /** @param {number} time */
  draw(time) {
    this.frame = 0;
    if (this.state === null || this.width === 0) return;
    this.palette ??= readPalette(this.canvas);
    if (this.fresh) this.window = initialWindow(this.width / this.palette.unit);
    this.fresh = false;
    this.glide(time - this.frameTime);
    this.frameTime = time;
    this.window = follow(this.window, this.nowMs);
    const playingMs = this.playing();
    const moved = (Math.abs(this.nowMs - this.paintedAt) / this.window.lengthMs) * this.width;
    if (this.dirty || playingMs !== null || moved >= LEAST_MOVE) this.paint(this.state, this.palette, playingMs);
    if (!isAtRest(this.state) || playingMs !== null || this.nowMs < this.newestMs()) this.ask();
  }

  /** Towards the newest sound, or there at once. @param {number} passedMs */
  glide(passedMs) {
    const goal = this.newestMs();
    const far = Math.abs(goal - this.nowMs) > JUMP_MS || goal - this.nowMs < 1;
    if (this.still.matches || far) this.nowMs = goal;
    else this.nowMs += (goal - this.nowMs) * (1 - Math.exp(-passedMs / GLIDE_MS));
  }

  newestMs() {
    return Math.max(this.envelope?.endMs ?? 0, this.spans.at(-1)?.endMs ?? 0);
  }

  /** @param {State} state @param {import("./chart_palette.js").Palette} palette @param {number | null} playingMs */
  paint(state, palette, playingMs) {
    const { canvas, context, window, spans, envelope, selected, hovered, nowMs, text } = this;
    const scale = fit(canvas, this.width, palette.unit);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    paint(context, {
      width: canvas.width / scale,
      window,
      nowMs,
      live: !isAtRest(state),
      spans,
      openSince: openSince(state),
      gaps: state.gaps,
      envelope,
      selected,
      hovered,
      playingMs,
      palette,
      text,
    });
    Object.assign(canvas.dataset, {
      startMs: window.startMs.toFixed(0),
      lengthMs: window.lengthMs.toFixed(0),
      live: String(window.live),
      selected: selected ?? "",
    });
    const shown = spans.find(({ key }) => key === hovered);
    this.bar.show({ live: window.live, ended: isAtRest(state), verdict: shown?.verdict ?? null });
    this.paintedAt = nowMs;
    this.dirty = false;
  }
}

/**
 * As many pixels as the screen has there.
 * @param {HTMLCanvasElement} canvas
 * @param {number} wide in CSS pixels
 * @param {number} unit
 * @returns {number} pixels in a unit
 */
function fit(canvas, wide, unit) {
  const scale = devicePixelRatio * unit;
  const [width, height] = [Math.round(wide * devicePixelRatio), Math.round(HEIGHT * scale)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return scale;
}
