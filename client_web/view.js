// @ts-check
/**
 * Draws the state, through one view for each part of the page. Drawing waits for the next frame,
 * so many messages at once cost one.
 *
 * Hooks that tests and other programs may rely on:
 *   #start                      the button; its text is Start or Stop
 *   #state[data-state]          idle | asking | connecting | listening | stopping | closed | error
 *   #state[data-connection]     closed | connecting | open | reconnecting
 *   #lamp[data-on]              true | false: someone is speaking
 *   #level[data-db], #level-word[data-level]        level of the last 100 ms, dBFS; clipped | quiet
 *   #current[data-label][data-reason][data-final]   the newest verdict; empty before the first
 *   #scores [data-emotion][data-score]              all emotions, in the model's order
 *   #timeline li[data-utterance][data-segment][data-start-ms][data-end-ms][data-label]
 *               [data-reason][data-final]           in order of time
 *   #error (role=alert), #warning, #latency[data-ms], #model[data-name][data-version],
 *   #summary, #token            hidden while they have nothing to say
 *   #microphone, #sound[data-processed]             which one, and what the browser did to it
 *   #file (input), #file-state[data-stage]          a recording instead
 *   #correct, #settings, #about, #export            see their modules
 *   #log (role=log)             final verdicts, for screen readers
 */
import { Announcer } from "./announcer.js";
import { CorrectView } from "./correct.js";
import { $, show, write } from "./dom.js";
import { Files } from "./files.js";
import { Level } from "./level.js";
import { MicrophoneView } from "./microphone_view.js";
import { Sheets } from "./sheets.js";
import { Stage } from "./stage.js";
import { isAtRest } from "./state.js";
import { renderSummary } from "./summary.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./text.js").Key} Key */
/**
 * What a person does, beside what the sheets and the correction have.
 * @typedef {object} Wishes
 * @property {() => void} onToggle Start or Stop
 * @property {() => void} onContinue after an interruption
 * @property {(file: File) => void} onFile
 * @property {(key: import("./state.js").SegmentKey | null) => void} onSelect
 * @property {(playing: boolean) => void} onPlaying
 * @property {(language: string) => void} onLanguage
 */
/** @typedef {Wishes & import("./sheets.js").Handlers & import("./correct.js").Handlers} Handlers */

const TICK_MS = 1000;

export class View {
  /** @param {import("./text.js").Text} text @param {Handlers} handlers */
  constructor(text, handlers) {
    this.text = text;
    this.handlers = handlers;
    /** @type {State | null} */
    this.due = null;
    /** @type {State | null} */
    this.drawn = null;
    /** @type {import("./sound.js").Sound | null} of the session that is shown */
    this.sound = null;
    this.stage = new Stage({
      current: $("current"), caption: $("current-caption"), mark: $("current-mark"), word: $("current-word"),
      detail: $("current-detail"), scores: $("scores"), light: $("light"),
    }, text);
    this.level = new Level({ meter: $("level"), word: $("level-word"), light: $("light") }, text);
    this.announcer = new Announcer($("log"), text);
    this.microphone = new MicrophoneView(text, (deviceId) => handlers.onChange({ deviceId }));
    this.files = new Files(text, { onFile: handlers.onFile, onCancel: handlers.onToggle });
    this.sheets = new Sheets(text, handlers);
    this.correct = new CorrectView($("correct"), text, handlers);
    /** @type {import("./take_away.js").TakeAway | null} */
    this.takeAway = null;
    this.timeline = this.createTimeline();
    this.listen();
    this.relabel();
    setInterval(() => this.tick(), TICK_MS);
  }

  listen() {
    const { handlers } = this;
    $("start").addEventListener("click", () => handlers.onToggle());
    $("continue").addEventListener("click", () => handlers.onContinue());
    $("token-form").addEventListener("submit", (event) => {
      event.preventDefault();
      handlers.onToggle();
    });
    const language = /** @type {HTMLSelectElement} */ ($("language"));
    language.addEventListener("change", () => handlers.onLanguage(language.value));
  }

  createTimeline() {
    const { onSelect, onPlaying } = this.handlers;
    const chart = /** @type {HTMLCanvasElement} */ ($("chart"));
    const places = { list: $("timeline"), empty: $("timeline-empty"), note: $("timeline-note") };
    const pictures = { chart, trend: $("trend"), player: $("player") };
    return new Timeline({ ...places, ...pictures }, this.text, { onSelect, onPlaying });
  }

  get token() {
    return /** @type {HTMLInputElement} */ ($("token")).value.trim();
  }

  /** Writes everything anew in the language of the text. */
  relabel() {
    const { text } = this;
    document.documentElement.lang = text.language;
    /** @type {HTMLSelectElement} */ ($("language")).value = text.language;
    for (const element of document.querySelectorAll("[data-text]")) {
      element.textContent = text.say(/** @type {Key} */ (element.getAttribute("data-text")));
    }
    $("level").setAttribute("aria-label", text.say("level"));
    $("scores").setAttribute("aria-label", text.say("scores"));
    $("latency").title = text.say("latency_hint");
    $("stays").title = text.say("stays_hint");
    this.level.show(null);
    this.microphone.relabel();
    this.sheets.relabel();
    this.takeAway?.relabel();
    this.timeline.destroy();
    $("timeline").replaceChildren();
    $("log").replaceChildren(); // What was said in the other language was said.
    this.timeline = this.createTimeline();
    if (this.drawn) this.render(this.drawn);
    this.drawn = null;
  }

  /** @param {State} state */
  render(state) {
    if (this.due === null) requestAnimationFrame(() => this.draw());
    this.due = state;
  }

  /** What changes beside the state: how much sound is kept, or that it was forgotten. */
  tick() {
    const { drawn, sound } = this;
    if (sound === null || drawn === null) return;
    if (!isAtRest(drawn)) this.timeline.render(drawn, sound);
    this.correct.render(drawn, sound);
    this.takeAway?.render(drawn, sound);
  }

  draw() {
    const state = this.due;
    this.due = null;
    if (state === null || state === this.drawn) return;
    if (state.session !== null && this.drawn?.session == null) this.loadTakeAway();
    document.documentElement.dataset.theme = state.preferences.theme;
    this.drawState(state);
    this.drawMessages(state);
    this.drawFacts(state);
    this.stage.render(state);
    this.microphone.render(state);
    this.files.render(state);
    this.timeline.render(state, this.sound);
    this.correct.render(state, this.sound);
    this.takeAway?.render(state, this.sound);
    this.sheets.render(state);
    this.announcer.render(state);
    this.drawn = state;
  }

  /** With the first session, so that it is there even when the server is gone by its end. */
  async loadTakeAway() {
    const { TakeAway } = await import("./take_away.js");
    this.takeAway ??= new TakeAway($("export"), this.text);
    if (this.drawn) this.takeAway.render(this.drawn, this.sound);
  }

  /** @param {State} state */
  drawState(state) {
    const { phase, connection } = state;
    const rest = isAtRest(state);
    Object.assign(document.body.dataset, {
      phase, session: String(state.session !== null), source: state.file ? "file" : "microphone",
    });
    const shown = $("state");
    Object.assign(shown.dataset, { state: phase, connection });
    write($("state-word"), this.text.say(wordOf(state)));
    const start = /** @type {HTMLButtonElement} */ ($("start"));
    write($("start-word"), this.text.say(rest ? "start" : "stop"));
    start.title = this.text.say(rest ? "start_hint" : "stop_hint");
    start.dataset.running = String(!rest);
    start.disabled = phase === "stopping";
    const lamp = $("lamp");
    lamp.dataset.on = String(state.lamp);
    write($("lamp-word"), this.text.say(state.lamp ? "lamp_on" : "lamp_off"));
  }

  /** @param {State} state */
  drawMessages(state) {
    show($("error"), state.failure && this.text.error(state.failure));
    show($("warning"), state.warning && this.text.warning(state.warning));
    $("interrupted").hidden = !state.microphone.interrupted;
    $("token-form").hidden = !state.tokenWanted;
  }

  /** Delay, model and, at the end, the summary. @param {State} state */
  drawFacts(state) {
    const { session, lastFinal, file } = state;
    const latency = $("latency");
    const ms = file ? undefined : lastFinal?.latency_ms;
    latency.dataset.ms = ms === undefined ? "" : String(ms);
    show(latency, ms === undefined ? null : this.text.say("latency", { ms }));
    const model = $("model");
    const { name, version } = session?.model ?? { name: "", version: "" };
    Object.assign(model.dataset, { name, version });
    show(model, session && this.text.say("model", { name, version }));
    const summary = $("summary");
    summary.hidden = !isAtRest(state) || state.totals.audioMs === 0;
    if (session && !summary.hidden) {
      renderSummary(summary, state.totals, session.model.labels, this.text);
    }
  }

  /** Ten times a second, beside the state. @param {import("./microphone.js").Block | null} block */
  showLevel(block) {
    this.level.show(block);
  }
}

/** The word for how it stands. @param {State} state @returns {Key} */
function wordOf({ phase, connection, microphone, file }) {
  if (phase === "connecting" && file) return "state_analysing";
  if (phase !== "listening") return `state_${phase}`;
  if (connection === "reconnecting") return "state_reconnecting";
  return microphone.interrupted ? "state_interrupted" : "state_listening";
}
