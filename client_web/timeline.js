// @ts-check
/**
 * The timeline: one row a segment, in order of time (style puts the newest on top). Only the
 * newest rows are kept in the page, so that an hour of listening does not grow without limit.
 */
import { createIcon } from "./icons.js";
import { countVerdicts, isAtRest, newestVerdicts } from "./state.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */

export const MOST_ROWS = 500;

export class Timeline {
  /**
   * @param {{list: HTMLElement, empty: HTMLElement, note: HTMLElement}} elements
   * @param {import("./text.js").Text} text
   */
  constructor(elements, text) {
    this.elements = elements;
    this.text = text;
    /** @type {Map<string, {item: HTMLElement, verdict: Emotion, cut: boolean}>} */
    this.rows = new Map();
  }

  /** @param {import("./state.js").State} state */
  render(state) {
    const { list, empty, note } = this.elements;
    const verdicts = newestVerdicts(state, MOST_ROWS);
    const cut = isAtRest(state);
    const keys = new Set(verdicts.map(keyOf));
    for (const [key, row] of this.rows) {
      if (keys.has(key)) continue;
      row.item.remove();
      this.rows.delete(key);
    }
    for (const verdict of verdicts) this.renderRow(list, verdict, cut);
    const all = countVerdicts(state);
    empty.hidden = all > 0;
    note.hidden = all <= verdicts.length;
    note.textContent = this.text.say("timeline_capped", { shown: verdicts.length, all });
  }

  /**
   * Verdicts come in order, so a new row is always the last.
   * @param {HTMLElement} list
   * @param {Emotion} verdict
   * @param {boolean} cut
   */
  renderRow(list, verdict, cut) {
    const key = keyOf(verdict);
    const row = this.rows.get(key);
    if (row && row.verdict === verdict && (verdict.final || row.cut === cut)) return;
    const item = row?.item ?? document.createElement("li");
    fillRow(item, verdict, cut, this.text);
    if (!row) list.append(item);
    this.rows.set(key, { item, verdict, cut });
  }
}

/** @param {Emotion} verdict */
function keyOf(verdict) {
  return `${verdict.utterance_id}:${verdict.segment}`;
}

/**
 * @param {HTMLElement} item
 * @param {Emotion} verdict
 * @param {boolean} cut
 * @param {import("./text.js").Text} text
 */
function fillRow(item, verdict, cut, text) {
  Object.assign(item.dataset, {
    utterance: String(verdict.utterance_id),
    segment: String(verdict.segment),
    startMs: String(verdict.start_ms),
    endMs: String(verdict.end_ms),
    label: verdict.label ?? "",
    reason: verdict.reason ?? "",
    final: String(verdict.final),
    tone: verdict.label ?? "none",
  });
  const time = part("time", "row-time", text.clock(verdict.start_ms));
  const word = verdict.label === null ? text.reason(verdict.reason) : text.label(verdict.label);
  const sure = verdict.label === null ? "" : text.percent(verdict.confidence);
  const length = text.seconds(verdict.end_ms - verdict.start_ms);
  item.replaceChildren(
    time,
    part("span", "row-mark", createIcon(verdict.label ?? "")),
    part("span", "row-word", word),
    part("span", "row-note", noteOf(verdict, cut, text)),
    part("span", "row-sure", sure),
    part("span", "row-length", length),
  );
}

/** @param {Emotion} verdict @param {boolean} cut @param {import("./text.js").Text} text */
function noteOf(verdict, cut, text) {
  if (!verdict.final) return text.say(cut ? "row_cut" : "row_interim");
  return verdict.label === null ? text.why(verdict.reason) : "";
}

/** @param {string} tag @param {string} name @param {string | Node} content */
function part(tag, name, content) {
  const element = document.createElement(tag);
  element.className = name;
  element.append(content);
  return element;
}
