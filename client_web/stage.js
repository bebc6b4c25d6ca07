// @ts-check
/** The stage: the newest verdict, large, and the scores of all emotions. */
import { write } from "./dom.js";
import { createIcon } from "./icons.js";
import { isAtRest } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./protocol.js").Emotion} Emotion */

/**
 * @typedef {object} StageElements
 * @property {HTMLElement} current
 * @property {HTMLElement} caption
 * @property {HTMLElement} mark
 * @property {HTMLElement} word
 * @property {HTMLElement} detail
 * @property {HTMLElement} scores
 * @property {HTMLElement} light
 */

export class Stage {
  /** @param {StageElements} elements @param {import("./text.js").Text} text */
  constructor(elements, text) {
    this.elements = elements;
    this.text = text;
  }

  /** @param {State} state */
  render(state) {
    const { current, light } = this.elements;
    const verdict = state.current;
    current.dataset.label = verdict?.label ?? "";
    current.dataset.reason = verdict?.reason ?? "";
    current.dataset.final = verdict ? String(verdict.final) : "";
    current.dataset.tone = light.dataset.tone = verdict?.label ?? "none";
    if (verdict === null) this.drawNone(state);
    else this.drawVerdict(verdict, isAtRest(state));
    this.drawIcon(verdict);
    this.drawScores(state);
  }

  /** @param {State} state */
  drawNone({ phase, file }) {
    const { caption, word, detail } = this.elements;
    const analysing = file !== null && phase === "connecting";
    write(caption, "");
    write(word, this.text.say(analysing ? "hero_analysing" : `hero_${phase}`));
    const asked = phase === "asking" || phase === "listening";
    write(detail, asked ? this.text.say(`detail_${phase}`) : "");
  }

  /** @param {Emotion} verdict @param {boolean} rest */
  drawVerdict(verdict, rest) {
    const { text } = this;
    const { caption, word, detail } = this.elements;
    const when = rest ? "caption_stopped" : verdict.final ? "caption_final" : "caption_interim";
    const [start, end] = [text.clock(verdict.start_ms), text.clock(verdict.end_ms)];
    write(caption, `${text.say(when)} · ${text.say("span", { start, end })}`);
    const { label, reason } = verdict;
    write(word, label === null ? text.reason(reason) : text.label(label));
    const sure = text.say("sure", { percent: text.percent(verdict.confidence) });
    write(detail, label === null ? text.why(reason) : sure);
  }

  /** @param {Emotion | null} verdict */
  drawIcon(verdict) {
    const { mark } = this.elements;
    const shown = verdict === null ? "" : (verdict.label ?? "none");
    if (mark.dataset.shown === shown) return;
    mark.dataset.shown = shown;
    mark.replaceChildren(...(verdict ? [createIcon(verdict.label ?? "")] : []));
  }

  /** @param {State} state */
  drawScores({ session, current }) {
    const { scores } = this.elements;
    const labels = session?.model.labels ?? [];
    const key = `${this.text.language}:${labels.join()}`;
    scores.hidden = labels.length === 0;
    if (scores.dataset.labels !== key) {
      scores.dataset.labels = key;
      scores.replaceChildren(...labels.map((label) => this.createScore(label)));
    }
    for (const item of /** @type {Iterable<HTMLElement>} */ (scores.children)) {
      const label = item.dataset.emotion ?? "";
      const score = current?.scores[label] ?? 0;
      item.dataset.score = score.toFixed(4);
      item.dataset.top = String(current !== null && current.label === label);
      item.style.setProperty("--score", String(score));
      write(/** @type {HTMLElement} */ (item.lastElementChild), this.text.percent(score));
    }
  }

  /** @param {string} label */
  createScore(label) {
    const item = document.createElement("li");
    Object.assign(item.dataset, { emotion: label, tone: label });
    const name = document.createElement("span");
    name.className = "score-name";
    name.append(createIcon(label), this.text.label(label));
    const bar = document.createElement("span");
    bar.className = "score-bar";
    const value = document.createElement("span");
    value.className = "score-value";
    item.append(name, bar, value);
    return item;
  }
}
