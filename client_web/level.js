// @ts-check
/**
 * The level meter: how loud it is now, and a word when it is too loud or hardly anything.
 * Drawn with each block, beside the state.
 */

/** @typedef {import("./microphone.js").Block} Block */

/** The quietest level that the meter shows, dBFS; a quiet room is about -60. */
const QUIETEST_DB = -60;
const CLIPPED = 0.99;
/** Said for 1.5 s after the last clipped block, so that it can be read: 40 ms each while there is sound. */
const CLIPPED_BLOCKS = 38;
/** Speech at arm's length peaks well above this; below it for so long, nothing useful is heard. */
const QUIET_DB = -45;
const QUIET_BLOCKS = 60; // of 100 ms, as they come in silence

export class Level {
  /**
   * @param {{meter: HTMLElement, word: HTMLElement, light: HTMLElement}} elements
   * @param {import("./text.js").Text} text
   */
  constructor(elements, text) {
    this.elements = elements;
    this.text = text;
    this.sinceClipped = Infinity;
    this.quietFor = 0;
    this.show(null);
  }

  /** @param {Block | null} block null for silence that nobody listens to */
  show(block) {
    const db = block ? decibels(block.rms) : QUIETEST_DB;
    const peak = block ? decibels(block.peak) : QUIETEST_DB;
    const word = this.judge(block, peak);
    const { meter, light } = this.elements;
    meter.dataset.db = db.toFixed(1);
    meter.dataset.clipped = String(word === "clipped");
    meter.setAttribute("aria-valuenow", db.toFixed(0));
    meter.setAttribute("aria-valuetext", this.text.say("level_value", { db: db.toFixed(0) }));
    meter.style.setProperty("--level", String(1 - db / QUIETEST_DB));
    meter.style.setProperty("--peak", String(1 - peak / QUIETEST_DB));
    light.style.setProperty("--voice", String(1 - db / QUIETEST_DB));
    this.showWord(word);
  }

  /** @param {Block | null} block @param {number} peak dBFS @returns {"clipped" | "quiet" | ""} */
  judge(block, peak) {
    this.sinceClipped = block === null ? Infinity : block.peak >= CLIPPED ? 0 : this.sinceClipped + 1;
    this.quietFor = block === null || peak > QUIET_DB ? 0 : this.quietFor + 1;
    if (this.sinceClipped < CLIPPED_BLOCKS) return "clipped";
    return this.quietFor >= QUIET_BLOCKS ? "quiet" : "";
  }

  /** @param {"clipped" | "quiet" | ""} word */
  showWord(word) {
    const { word: element } = this.elements;
    const sentence = word && this.text.say(`level_${word}`);
    if (element.textContent === sentence) return;
    element.dataset.level = word;
    element.textContent = sentence;
    element.title = word && this.text.say(word === "quiet" ? "level_quiet_why" : "why_clipped");
  }
}

/** @param {number} level from 0 to 1 @returns {number} dBFS, not below the quietest shown */
function decibels(level) {
  return Math.max(QUIETEST_DB, 20 * Math.log10(Math.max(level, 1e-6)));
}
