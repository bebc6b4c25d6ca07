// @ts-check
/**
 * The timeline in words: one row a segment, in order of time (style puts the newest on top). Only
 * the newest rows are kept in the page, so that an hour of listening does not grow without limit.
 */
import { describe } from "./chart_bar.js";
import { keyOf } from "./chart_spans.js";
import { make } from "./dom.js";
import { createIcon } from "./icons.js";
import { countVerdicts, isAtRest, newestVerdicts } from "./state.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */

/** @typedef {{list: HTMLElement, empty: HTMLElement, note: HTMLElement}} Elements */

/** More would make each new row cost more; the chart shows them all. */
export const MOST_ROWS = 200;

export class VerdictList {
  /**
   * @param {Elements} elements
   * @param {import("./text.js").Text} text
   * @param {(verdict: Emotion) => void} onListen the button of a row was pressed
   */
  constructor(elements, text, onListen) {
    this.elements = elements;
    this.text = text;
    this.onListen = onListen;
    /** @type {Map<string, {item: HTMLElement, verdict: Emotion, cut: boolean}>} */
    this.rows = new Map();
    /** @type {string | null} */
    this.marked = null;
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
    item.append(this.createButton(verdict));
    if (!row) list.append(item);
    this.rows.set(key, { item, verdict, cut });
  }

  /** @param {Emotion} verdict */
  createButton(verdict) {
    const { text } = this;
    const words = text.say("listen_to", { what: describe(verdict, text) });
    const button = make("button", { type: "button", className: "row-listen", title: text.say("listen") });
    button.setAttribute("aria-label", words);
    button.addEventListener("click", () => this.onListen(verdict));
    return button;
  }

  /** Marks the row of the segment that is chosen. @param {string | null} key @param {boolean} playing */
  mark(key, playing) {
    if (key !== this.marked) this.rows.get(this.marked ?? "")?.item.removeAttribute("aria-current");
    this.marked = key;
    const item = this.rows.get(key ?? "")?.item;
    if (!item) return;
    item.setAttribute("aria-current", "true");
    const pressed = String(playing);
    if (item.dataset.playing !== pressed) item.dataset.playing = pressed;
  }
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
  const time = make("time", { className: "row-time" }, text.clock(verdict.start_ms));
  const word = verdict.label === null ? text.reason(verdict.reason) : text.label(verdict.label);
  const sure = verdict.label === null ? "" : text.percent(verdict.confidence);
  const length = text.seconds(verdict.end_ms - verdict.start_ms);
  item.replaceChildren(
    time,
    make("span", { className: "row-mark" }, createIcon(verdict.label ?? "")),
    make("span", { className: "row-word" }, word),
    make("span", { className: "row-note" }, noteOf(verdict, cut, text)),
    make("span", { className: "row-sure" }, sure),
    make("span", { className: "row-length" }, length),
  );
}

/** @param {Emotion} verdict @param {boolean} cut @param {import("./text.js").Text} text */
function noteOf(verdict, cut, text) {
  if (!verdict.final) return text.say(cut ? "row_cut" : "row_interim");
  return verdict.label === null ? text.why(verdict.reason) : "";
}
