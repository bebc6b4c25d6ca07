// @ts-check
/**
 * The timeline as a table: every score in numbers, for screen readers and for copying. It is
 * filled while it is open, and shows the newest rows; copying takes all that are kept.
 */
import { keyOf } from "./chart_spans.js";
import { make } from "./dom.js";
import { newestVerdicts } from "./state.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./text.js").Text} Text */
/** @typedef {{key: string, what: Emotion | import("./state.js").Gap}} Entry a verdict, or sound that was lost */

/** Copying takes the rest as well. */
const MOST_ROWS = 200;
const TOLD_MS = 2500;
const SECOND_MS = 1000;

export class VerdictTable {
  /** @param {HTMLElement} after what it is put behind @param {Text} text */
  constructor(after, text) {
    this.text = text;
    const words = text.say("table");
    this.copy = make("button", { type: "button", className: "plain", textContent: text.say("table_copy") });
    this.copy.addEventListener("click", () => this.copyAll());
    this.told = make("span", { className: "verdicts-told" });
    this.told.setAttribute("role", "status");
    const table = make("table");
    this.head = table.createTHead();
    this.body = table.createTBody();
    const box = make("div", { className: "verdicts-box", tabIndex: 0 }, table);
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", words);
    const bar = make("p", { className: "verdicts-bar" }, this.copy, this.told);
    this.details = make("details", { className: "verdicts" }, make("summary", { textContent: words }), bar, box);
    this.details.addEventListener("toggle", () => this.state && this.render(this.state));
    after.after(this.details);
    /** @type {State | null} */
    this.state = null;
    /** @type {Map<string, {row: HTMLTableRowElement, what: Entry["what"]}>} */
    this.rows = new Map();
    /** @type {readonly string[]} */
    this.labels = [];
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
    this.details.hidden = state.lastFinal === null;
    if (!this.details.open) return this.empty();
    const labels = state.session?.model.labels ?? [];
    if (labels.join() !== this.labels.join() || !this.head.rows.length) this.begin(labels);
    const entries = entriesOf(state, MOST_ROWS);
    const keys = new Set(entries.map(({ key }) => key));
    for (const [key, { row }] of this.rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.rows.delete(key);
    }
    let next = this.body.firstElementChild;
    for (const entry of entries) {
      const row = this.fill(entry);
      if (row === next) next = row.nextElementSibling;
      else this.body.insertBefore(row, next);
    }
  }

  remove() {
    this.details.remove();
  }

  empty() {
    if (!this.head.rows.length) return;
    this.rows.clear();
    this.head.replaceChildren();
    this.body.replaceChildren();
  }

  /** @param {readonly string[]} labels */
  begin(labels) {
    this.empty();
    this.labels = labels;
    const row = this.head.insertRow();
    for (const word of headOf(labels, this.text)) {
      row.append(make("th", { scope: "col", textContent: word }));
    }
  }

  /** The row of an entry, new or written anew if need be. @param {Entry} entry */
  fill({ key, what }) {
    const known = this.rows.get(key);
    if (known?.what === what) return known.row;
    const row = known?.row ?? make("tr");
    row.dataset.final = String(!("final" in what) || what.final);
    const words = cellsOf(what, this.labels, this.text);
    row.replaceChildren(...words.map((word) => make("td", { textContent: word })));
    this.rows.set(key, { row, what });
    return row;
  }

  async copyAll() {
    if (this.state === null) return;
    const lines = linesOf(entriesOf(this.state, Infinity), this.labels, this.text);
    const copied = await navigator.clipboard?.writeText(lines).then(() => true, () => false);
    this.told.textContent = this.text.say(copied ? "table_copied" : "table_not_copied");
    setTimeout(() => (this.told.textContent = ""), TOLD_MS);
  }
}

/**
 * The newest verdicts, and the gaps among them, in order of time.
 * @param {State} state
 * @param {number} most
 * @returns {Entry[]}
 */
function entriesOf(state, most) {
  const verdicts = newestVerdicts(state, most).map((what) => ({ key: keyOf(what), what, ms: what.start_ms }));
  const sinceMs = verdicts.length < most ? 0 : verdicts[0].ms;
  const lost = state.gaps.filter(({ startMs }) => startMs >= sinceMs);
  const gaps = lost.map((what) => ({ key: `gap:${what.startMs}`, what, ms: what.startMs }));
  return [...verdicts, ...gaps].sort((one, other) => one.ms - other.ms);
}

/** Lines with tabs between the cells, as spreadsheets take them. @param {Entry[]} entries @param {readonly string[]} labels @param {Text} text */
function linesOf(entries, labels, text) {
  const rows = [headOf(labels, text), ...entries.map(({ what }) => cellsOf(what, labels, text))];
  return rows.map((cells) => cells.join("\t")).join("\n");
}

/** @param {readonly string[]} labels @param {Text} text */
function headOf(labels, text) {
  const fixed = [text.say("table_start"), text.say("table_end"), text.say("table_heard"), text.say("table_sure")];
  return [...fixed, ...labels.map((label) => text.label(label))];
}

/** @param {Entry["what"]} what @param {readonly string[]} labels @param {Text} text @returns {string[]} */
function cellsOf(what, labels, text) {
  if (!("scores" in what)) {
    return [...timesOf(what.startMs, what.endMs), text.say("chart_gap"), "", ...labels.map(() => "")];
  }
  const { label, reason, confidence, scores, final } = what;
  const word = label === null ? text.reason(reason) : text.label(label);
  const heard = final ? word : `${word} (${text.say("row_interim")})`;
  const shares = labels.map((name) => text.percent(scores[name] ?? 0));
  return [...timesOf(what.start_ms, what.end_ms), heard, text.percent(confidence), ...shares];
}

/** @param {number[]} times milliseconds */
function timesOf(...times) {
  return times.map((ms) => (ms / SECOND_MS).toFixed(2));
}
