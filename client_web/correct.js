// @ts-check
/**
 * "Was it right?", of the segment that was chosen: right or wrong, which it was, a note, and the
 * sentence that a person agrees to. Only where the server takes corrections.
 */
import { createIcon } from "./icons.js";
import { make } from "./dom.js";
import { findVerdict, keyOf } from "./state.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./state.js").Correction} Correction */
/** @typedef {import("./state.js").SegmentKey} SegmentKey */
/** @typedef {import("./state.js").State} State */
/** @typedef {{label: string, note: string, consent: boolean}} Answer */
/**
 * @typedef {object} Handlers
 * @property {(key: SegmentKey, answer: Answer) => void} onSend
 * @property {(key: SegmentKey) => void} onWithdraw
 */

const NO_SPEECH = "no_speech";
const MOST_NOTE = 500;

export class CorrectView {
  /** @param {HTMLElement} element @param {import("./text.js").Text} text @param {Handlers} handlers */
  constructor(element, text, handlers) {
    this.element = element;
    this.text = text;
    this.handlers = handlers;
    this.drawn = "";
    this.agreed = false;
  }

  /** @param {State} state @param {import("./sound.js").Sound | null} sound */
  render(state, sound) {
    const { selected } = state;
    const verdict = findVerdict(state, selected);
    const shown = state.model?.feedback === true && selected !== null && verdict?.final === true;
    this.element.hidden = !shown;
    if (!shown) return void (this.drawn = "");
    const correction = state.corrections.get(keyOf(selected)) ?? null;
    const heard = isKept(sound, verdict);
    const drawn = [keyOf(selected), correction?.stage, heard, this.text.language].join();
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const heading = make("h3", { id: "correct-title" }, this.text.say("correct"));
    this.element.replaceChildren(heading, ...this.content(selected, verdict, correction, heard, state));
  }

  /**
   * @param {SegmentKey} key @param {Emotion} verdict @param {Correction | null} correction
   * @param {boolean} heard @param {State} state
   * @returns {HTMLElement[]}
   */
  content(key, verdict, correction, heard, { session }) {
    const { text } = this;
    const stage = correction?.stage;
    if (stage === "sending" || stage === "withdrawing") return [this.said(text.say("correct_sending"))];
    if (stage === "kept") return this.thanks(key, /** @type {Correction} */ (correction));
    if (stage === "withdrawn") return [this.said(text.say("correct_withdrawn"))];
    if (!heard) return [this.said(text.say("correct_gone"))];
    const failure = correction?.failure;
    const told = failure ? [make("p", { className: "message", role: "alert" }, text.error(failure))] : [];
    return [...told, this.question(key, verdict, session?.model.labels ?? [])];
  }

  /** @param {SegmentKey} key @param {Correction} correction */
  thanks(key, { label }) {
    const back = make("button", { type: "button", id: "correct-withdraw", className: "plain" }, this.text.say("correct_withdraw"));
    back.addEventListener("click", () => this.handlers.onWithdraw(key));
    return [this.said(this.text.say("correct_sent", { label: this.name(label) })), back];
  }

  /** @param {SegmentKey} key @param {Emotion} verdict @param {readonly string[]} labels */
  question(key, verdict, labels) {
    const { text } = this;
    const form = make("form", { id: "correct-form", className: "correct-form" });
    const right = make("button", { type: "button", id: "correct-right", className: "pill" }, text.say("correct_right"));
    const wrong = make("button", { type: "button", id: "correct-wrong", className: "pill" }, text.say("correct_wrong"));
    const choices = this.choices(labels);
    const rest = this.rest(verdict);
    const open = (/** @type {HTMLElement} */ chosen, /** @type {boolean} */ isWrong) => {
      for (const button of [right, wrong]) button.setAttribute("aria-pressed", String(button === chosen));
      choices.hidden = !isWrong;
      rest.hidden = false;
    };
    right.addEventListener("click", () => open(right, false));
    wrong.addEventListener("click", () => open(wrong, true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = new FormData(form);
      const isWrong = !choices.hidden;
      const label = isWrong ? String(fields.get("label") ?? "") : (verdict.label ?? "");
      if (!label) return void form.querySelector("input")?.focus();
      this.agreed = fields.get("consent") === "on";
      this.handlers.onSend(key, { label, note: String(fields.get("note")).trim(), consent: this.agreed });
    });
    const answers = verdict.label === null ? [] : [make("p", { className: "pills" }, right, wrong)];
    if (verdict.label === null) open(wrong, true);
    form.append(...answers, choices, rest);
    return form;
  }

  /** @param {readonly string[]} labels */
  choices(labels) {
    const items = [...labels, NO_SPEECH].map((label) => {
      const input = make("input", { type: "radio", name: "label", value: label, className: "unseen" });
      const item = make("label", { className: "choice" }, input, createIcon(label), this.name(label));
      item.dataset.tone = label;
      return item;
    });
    const legend = make("legend", {}, this.text.say("correct_which"));
    return make("fieldset", { hidden: true, className: "choices" }, legend, ...items);
  }

  /** Note, consent and the button. @param {Emotion} verdict */
  rest(verdict) {
    const { text } = this;
    const note = make("textarea", { id: "correct-note", name: "note", maxLength: MOST_NOTE, rows: 2 });
    const consent = make("input", { type: "checkbox", id: "correct-consent", name: "consent", checked: this.agreed });
    const send = make("button", { type: "submit", id: "correct-send", className: "pill strong", disabled: !this.agreed }, text.say("correct_send"));
    consent.addEventListener("change", () => (send.disabled = !consent.checked));
    const length = text.seconds(verdict.end_ms - verdict.start_ms);
    return make("div", { hidden: true, className: "correct-rest" },
      make("label", { htmlFor: note.id }, text.say("correct_note")), note,
      make("p", { className: "field tick" }, consent,
        make("label", { htmlFor: consent.id }, text.say("correct_consent", { length }))),
      send,
    );
  }

  /** @param {string} sentence */
  said(sentence) {
    return make("p", { role: "status" }, sentence);
  }

  /** @param {string} label an emotion, or "no_speech" */
  name(label) {
    return label === NO_SPEECH ? this.text.reason(label) : this.text.label(label);
  }
}

/** Whether a segment's sound is (still) there, whole. @param {import("./sound.js").Sound | null} sound @param {Emotion} verdict */
function isKept(sound, { start_ms: startMs, end_ms: endMs }) {
  return sound !== null && sound.ring.bytes > 0 && sound.ring.startMs <= startMs && sound.ring.endMs >= endMs - 100;
}
