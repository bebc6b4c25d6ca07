// @ts-check
/**
 * Draws the state; the only file beside timeline, summary and icons that touches the document.
 * Drawing waits for the next frame, so many messages at once cost one.
 *
 * Hooks that tests and other programs may rely on:
 *   #start                      the button; its text is Start or Stop
 *   #state[data-state]          idle | asking | connecting | listening | stopping | closed | error
 *   #lamp[data-on]              true | false: someone is speaking
 *   #level[data-db]             level of the last 100 ms, dBFS
 *   #current[data-label][data-reason][data-final]   the newest verdict; empty before the first
 *   #scores [data-emotion][data-score]              all emotions, in the model's order
 *   #timeline li[data-utterance][data-segment][data-start-ms][data-end-ms][data-label]
 *               [data-reason][data-final]           in order of time
 *   #error (role=alert), #warning, #latency[data-ms], #model[data-name][data-version],
 *   #summary, #token            hidden while they have nothing to say
 *   #log (role=log)             final verdicts, for screen readers
 */
import { createIcon } from "./icons.js";
import { isAtRest } from "./state.js";
import { renderSummary } from "./summary.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./protocol.js").Emotion} Emotion */

/** The quietest level that the meter shows, dBFS; a quiet room is about -60. */
const QUIETEST_DB = -60;
const CLIPPED = 0.99;
const MOST_ANNOUNCED = 10;

/**
 * @param {Document} document
 * @param {import("./text.js").Text} text
 * @param {{onToggle: (token: string) => void}} handlers
 */
export function createView(document, text, handlers) {
  const view = new View(document, text);
  view.$("start").addEventListener("click", () => handlers.onToggle(view.token()));
  view.$("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    handlers.onToggle(view.token());
  });
  return view;
}

class View {
  /** @param {Document} document @param {import("./text.js").Text} text */
  constructor(document, text) {
    this.document = document;
    this.text = text;
    /** @type {State | null} */
    this.due = null;
    /** @type {State | null} */
    this.drawn = null;
    this.timeline = new Timeline(
      { list: this.$("timeline"), empty: this.$("timeline-empty"), note: this.$("timeline-note") },
      text,
    );
    this.writeFixedText();
  }

  /** @param {string} id @returns {HTMLElement} */
  $(id) {
    const element = this.document.getElementById(id);
    if (element === null) throw new Error(`index.html has no #${id}`);
    return element;
  }

  token() {
    return /** @type {HTMLInputElement} */ (this.$("token")).value.trim();
  }

  writeFixedText() {
    const values = { host: location.host };
    for (const element of this.document.querySelectorAll("[data-text]")) {
      const key = /** @type {import("./text.js").Key} */ (element.getAttribute("data-text"));
      element.textContent = this.text.say(key, values);
    }
    this.$("level").setAttribute("aria-label", this.text.say("level"));
    this.$("scores").setAttribute("aria-label", this.text.say("scores"));
    this.$("latency").title = this.text.say("latency_hint");
  }

  /** @param {State} state */
  render(state) {
    if (this.due === null) requestAnimationFrame(() => this.draw());
    this.due = state;
  }

  draw() {
    const state = this.due;
    this.due = null;
    if (state === null || state === this.drawn) return;
    this.drawState(state);
    this.drawCurrent(state);
    this.drawScores(state);
    this.drawFacts(state);
    this.timeline.render(state);
    this.announce(state);
    this.drawn = state;
  }

  /** @param {State} state */
  drawState(state) {
    const { phase } = state;
    const rest = isAtRest(state);
    Object.assign(this.document.body.dataset, { phase, session: String(state.session !== null) });
    const shown = this.$("state");
    shown.dataset.state = phase;
    write(this.$("state-word"), this.text.say(`state_${phase}`));
    const start = /** @type {HTMLButtonElement} */ (this.$("start"));
    write(this.$("start-word"), this.text.say(rest ? "start" : "stop"));
    start.title = this.text.say(rest ? "start_hint" : "stop_hint");
    start.dataset.running = String(!rest);
    start.disabled = phase === "stopping";
    const lamp = this.$("lamp");
    lamp.dataset.on = String(state.lamp);
    write(this.$("lamp-word"), this.text.say(state.lamp ? "lamp_on" : "lamp_off"));
    this.show("error", state.failure && this.text.error(state.failure));
    this.show("warning", state.warning && this.text.warning(state.warning));
    this.$("token-form").hidden = !state.tokenWanted;
  }

  /** @param {State} state */
  drawCurrent(state) {
    const { current, phase } = state;
    const element = this.$("current");
    element.dataset.label = current?.label ?? "";
    element.dataset.reason = current?.reason ?? "";
    element.dataset.final = current ? String(current.final) : "";
    element.dataset.tone = this.$("light").dataset.tone = current?.label ?? "none";
    if (current === null) {
      const detail = phase === "asking" || phase === "listening" ? `detail_${phase}` : null;
      write(this.$("current-caption"), "");
      write(this.$("current-word"), this.text.say(`hero_${phase}`));
      const key = /** @type {import("./text.js").Key | null} */ (detail);
      write(this.$("current-detail"), key ? this.text.say(key) : "");
    } else if (current !== this.drawn?.current || isAtRest(state)) {
      this.drawVerdict(current, isAtRest(state));
    }
    this.drawIcon(current);
  }

  /** @param {Emotion} current @param {boolean} rest */
  drawVerdict(current, rest) {
    const { text } = this;
    const caption = rest ? "caption_stopped" : current.final ? "caption_final" : "caption_interim";
    const [start, end] = [text.clock(current.start_ms), text.clock(current.end_ms)];
    write(this.$("current-caption"), `${text.say(caption)} · ${text.say("span", { start, end })}`);
    const { label, reason } = current;
    write(this.$("current-word"), label === null ? text.reason(reason) : text.label(label));
    const sure = text.say("sure", { percent: text.percent(current.confidence) });
    write(this.$("current-detail"), label === null ? text.why(reason) : sure);
  }

  /** @param {Emotion | null} current */
  drawIcon(current) {
    const mark = this.$("current-mark");
    const shown = current === null ? "" : (current.label ?? "none");
    if (mark.dataset.shown === shown) return;
    mark.dataset.shown = shown;
    mark.replaceChildren(...(current ? [createIcon(current.label ?? "")] : []));
  }

  /** @param {State} state */
  drawScores({ session, current }) {
    const list = this.$("scores");
    const labels = session?.model.labels ?? [];
    list.hidden = labels.length === 0;
    if (list.dataset.labels !== labels.join()) {
      list.dataset.labels = labels.join();
      list.replaceChildren(...labels.map((label) => this.createScore(label)));
    }
    for (const item of /** @type {Iterable<HTMLElement>} */ (list.children)) {
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
    const item = this.document.createElement("li");
    Object.assign(item.dataset, { emotion: label, tone: label });
    const name = this.document.createElement("span");
    name.className = "score-name";
    name.append(createIcon(label), this.text.label(label));
    const bar = this.document.createElement("span");
    bar.className = "score-bar";
    const value = this.document.createElement("span");
    value.className = "score-value";
    item.append(name, bar, value);
    return item;
  }

  /** Delay, model and, at the end, the summary. @param {State} state */
  drawFacts(state) {
    const { session, lastFinal } = state;
    const latency = this.$("latency");
    const ms = lastFinal?.latency_ms;
    latency.dataset.ms = ms === undefined ? "" : String(ms);
    this.show("latency", ms === undefined ? null : this.text.say("latency", { ms }));
    const model = this.$("model");
    const { name, version } = session?.model ?? { name: "", version: "" };
    Object.assign(model.dataset, { name, version });
    this.show("model", session && this.text.say("model", { name, version }));
    const summary = this.$("summary");
    summary.hidden = !isAtRest(state) || state.totals.audioMs === 0;
    if (session && !summary.hidden) {
      renderSummary(summary, state.totals, session.model.labels, this.text);
    }
  }

  /** @param {State} state */
  announce(state) {
    const { text } = this;
    const verdict = state.lastFinal;
    if (verdict === null || verdict === this.drawn?.lastFinal) return;
    const word = verdict.label === null ? text.reason(verdict.reason) : text.label(verdict.label);
    const [start, end] = [text.clock(verdict.start_ms), text.clock(verdict.end_ms)];
    const line = this.document.createElement("p");
    line.textContent = text.say("announce", { label: word, start, end });
    const log = this.$("log");
    log.append(line);
    while (log.childElementCount > MOST_ANNOUNCED) log.firstElementChild?.remove();
  }

  /** Ten times a second, beside the state. @param {{peak: number, rms: number} | null} block */
  showLevel(block) {
    const meter = this.$("level");
    const db = block ? decibels(block.rms) : QUIETEST_DB;
    const peak = block ? decibels(block.peak) : QUIETEST_DB;
    const clipped = block !== null && block.peak >= CLIPPED;
    meter.dataset.db = db.toFixed(1);
    meter.dataset.clipped = String(clipped);
    meter.setAttribute("aria-valuenow", db.toFixed(0));
    const value = this.text.say("level_value", { db: db.toFixed(0) });
    meter.setAttribute("aria-valuetext", clipped ? this.text.say("level_clipped") : value);
    meter.style.setProperty("--level", String(1 - db / QUIETEST_DB));
    meter.style.setProperty("--peak", String(1 - peak / QUIETEST_DB));
    this.$("light").style.setProperty("--voice", String(1 - db / QUIETEST_DB));
  }

  /** Shows a sentence, or hides its place. @param {string} id @param {string | null} sentence */
  show(id, sentence) {
    const element = this.$(id);
    element.hidden = sentence === null;
    write(element, sentence ?? "");
  }
}

/**
 * Writes only what changed, so that a live region speaks once.
 * @param {HTMLElement} element
 * @param {string} content
 */
function write(element, content) {
  if (element.textContent !== content) element.textContent = content;
}

/** @param {number} level from 0 to 1 @returns {number} dBFS, not below the quietest shown */
function decibels(level) {
  return Math.max(QUIETEST_DB, 20 * Math.log10(Math.max(level, 1e-6)));
}
