// @ts-check
/**
 * Says final verdicts to screen readers: one line at most every two seconds, with all that came
 * meanwhile, so that speech is not talked over.
 */
import { newestVerdicts } from "./state.js";

const EVERY_MS = 2000;
const MOST_LINES = 10;
/** More than this many at once (after a reconnect) is too much to listen to. */
const MOST_VERDICTS = 5;

export class Announcer {
  /** @param {HTMLElement} log @param {import("./text.js").Text} text */
  constructor(log, text) {
    this.log = log;
    this.text = text;
    /** @type {number} everything up to here was said, ms of the session */
    this.saidMs = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {import("./state.js").State | null} */
    this.state = null;
  }

  /** @param {import("./state.js").State} state */
  render(state) {
    if (state.lastFinal === null && this.saidMs > 0) {
      this.saidMs = 0; // Another session.
      this.log.replaceChildren();
    }
    if (state.lastFinal === this.state?.lastFinal) return;
    this.state = state;
    if (this.timer === undefined) this.say();
  }

  say() {
    this.timer = undefined;
    if (this.state === null) return;
    const verdicts = newestVerdicts(this.state, MOST_VERDICTS)
      .filter((verdict) => verdict.final && verdict.end_ms > this.saidMs);
    if (verdicts.length === 0) return;
    this.saidMs = verdicts[verdicts.length - 1].end_ms;
    const line = document.createElement("p");
    line.textContent = verdicts.map((verdict) => this.sentence(verdict)).join(". ");
    this.log.append(line);
    while (this.log.childElementCount > MOST_LINES) this.log.firstElementChild?.remove();
    this.timer = setTimeout(() => this.say(), EVERY_MS);
  }

  /** @param {import("./protocol.js").Emotion} verdict */
  sentence(verdict) {
    const { text } = this;
    const label = verdict.label === null ? text.reason(verdict.reason) : text.label(verdict.label);
    const [start, end] = [text.clock(verdict.start_ms), text.clock(verdict.end_ms)];
    return text.say("announce", { label, start, end });
  }
}
