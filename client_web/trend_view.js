// @ts-check
/** Draws the trend: a line for each emotion, with its face, its word and its share in numbers. */
import { make } from "./dom.js";
import { createIcon } from "./icons.js";
import { TREND_MS, areaOf, trendsOf } from "./trend.js";

/** @typedef {import("./chart_spans.js").Span} Span */
/** @typedef {import("./protocol.js").Emotion} Emotion */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 24;
/** It moves on in such steps, and with each final verdict. */
const STEP_MS = 2000;
const MINUTE_MS = 60_000;

export class TrendView {
  /** @param {HTMLElement} element @param {import("./text.js").Text} text */
  constructor(element, text) {
    this.element = element;
    this.text = text;
    const title = text.say("trend", { minutes: TREND_MS / MINUTE_MS });
    this.title = make("h2", { textContent: title });
    this.list = make("ul", { className: "trend-list" });
    element.replaceChildren(this.title, this.list);
    /** @type {{newest: Emotion | null, nowMs: number}} */
    this.drawn = { newest: null, nowMs: 0 };
    /** @type {Map<string, {item: HTMLElement, path: SVGPathElement, value: HTMLElement}>} */
    this.rows = new Map();
  }

  /** @param {import("./state.js").State} state @param {Span[]} spans @param {number} nowMs */
  render({ lastFinal: newest, session }, spans, nowMs) {
    const { drawn } = this;
    if (newest === drawn.newest && Math.abs(nowMs - drawn.nowMs) < STEP_MS) return;
    this.drawn = { newest, nowMs };
    this.element.hidden = newest === null;
    if (this.element.hidden) return;
    const labels = session?.model.labels ?? [];
    const trends = trendsOf(spans, nowMs, labels);
    this.keep(new Set(trends.map(({ tone }) => tone)));
    for (const trend of trends) this.draw(trend);
  }

  /** @param {Set<string>} tones */
  keep(tones) {
    for (const [tone, { item }] of this.rows) {
      if (tones.has(tone)) continue;
      item.remove();
      this.rows.delete(tone);
    }
  }

  /** @param {import("./trend.js").Trend} trend */
  draw({ tone, share, line }) {
    const row = this.rows.get(tone) ?? this.add(tone);
    row.item.dataset.share = share.toFixed(4);
    row.path.setAttribute("d", areaOf(line, WIDTH, HEIGHT));
    row.value.textContent = this.text.percent(share);
  }

  /** @param {string} tone */
  add(tone) {
    const label = tone === "none" ? "" : tone;
    const word = label ? this.text.label(label) : this.text.say("summary_none");
    const name = make("span", { className: "trend-name" }, createIcon(label), word);
    const picture = document.createElementNS(SVG, "svg");
    const path = /** @type {SVGPathElement} */ (document.createElementNS(SVG, "path"));
    picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    picture.setAttribute("preserveAspectRatio", "none");
    picture.setAttribute("class", "trend-line");
    picture.setAttribute("aria-hidden", "true");
    picture.append(path);
    const value = make("span", { className: "trend-value" });
    const item = make("li", {}, name, picture, value);
    Object.assign(item.dataset, { tone, emotion: tone });
    this.list.append(item);
    const row = { item, path, value };
    this.rows.set(tone, row);
    return row;
  }
}
