// @ts-check
/** The settings sheet: what a person may change, beside what the browser and the server made of it. */
import { make, write } from "./dom.js";
import { PROCESSING_NAMES } from "./microphone_view.js";
import { PROCESSING } from "./preferences.js";
import { INTERIM_MS, VAD } from "./protocol.js";

/** @typedef {import("./preferences.js").Preferences} Preferences */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./text.js").Key} Key */
/** @typedef {(typeof PROCESSING)[number]} Processing */

/** The longest pause that is offered; the protocol takes more, but nobody waits so long. */
const LONGEST_PAUSE_MS = 2000;
const PAUSE_STEP_MS = 50;

/**
 * @typedef {object} Handlers
 * @property {(change: Partial<Preferences>) => void} onChange
 * @property {() => void} onReset
 * @property {() => void} onWithdrawAll takes every correction back
 */

export class SettingsSheet {
  /**
   * @param {HTMLElement} place empty
   * @param {import("./text.js").Text} text
   * @param {Handlers} handlers
   */
  constructor(place, text, handlers) {
    this.text = text;
    this.handlers = handlers;
    const { onChange } = handlers;
    this.pause = make("input", {
      type: "range", id: "setting-hangover", min: String(VAD.hangover_ms.least),
      max: String(LONGEST_PAUSE_MS), step: String(PAUSE_STEP_MS),
    });
    this.pauseValue = make("output", { id: "setting-hangover-value" });
    this.pauseValue.htmlFor.add(this.pause.id);
    this.pause.addEventListener("input", () => this.drawPause(Number(this.pause.value)));
    this.pause.addEventListener("change", () => onChange({ hangoverMs: Number(this.pause.value) }));
    this.sensitivity = this.select("setting-sensitivity", ["0", "1", "2", "3"], "sensitivity");
    this.sensitivity.addEventListener("change", () =>
      onChange({ aggressiveness: Number(this.sensitivity.value) }));
    this.interim = this.checkbox("setting-interim", (on) => onChange({ interimMs: on ? null : 0 }));
    this.theme = this.select("setting-theme", ["auto", "light", "dark"], "theme");
    this.theme.addEventListener("change", () =>
      onChange({ theme: this.theme.value === "auto" ? "" : this.theme.value }));
    /** @type {Map<Processing, {box: HTMLInputElement, applied: HTMLElement}>} */
    this.processing = new Map(PROCESSING.map((name) => [name, {
      box: this.checkbox(`setting-${name}`, (on) => onChange({ [name]: on })),
      applied: make("small", { id: `setting-${name}-applied`, className: "applied" }),
    }]));
    this.corrections = make("p", { id: "corrections", className: "field" });
    place.append(this.speech(), this.sound(), this.page());
  }

  speech() {
    const { text } = this;
    return this.group("settings_speech",
      make("p", { className: "field" },
        make("label", { htmlFor: this.pause.id }, text.say("setting_hangover")), this.pause, this.pauseValue),
      make("p", { className: "field" },
        make("label", { htmlFor: this.sensitivity.id }, text.say("setting_sensitivity")), this.sensitivity),
      this.ticked(this.interim, "setting_interim"),
    );
  }

  sound() {
    const rows = PROCESSING.map((name) => {
      const { box, applied } = /** @type {{box: HTMLInputElement, applied: HTMLElement}} */ (this.processing.get(name));
      box.setAttribute("aria-describedby", applied.id);
      return this.ticked(box, PROCESSING_NAMES[name], applied);
    });
    return this.group("settings_sound",
      make("p", { className: "hint" }, this.text.say("settings_sound_note")), ...rows);
  }

  page() {
    const { text } = this;
    const reset = make("button", { type: "button", id: "settings-reset", className: "pill" }, text.say("settings_reset"));
    reset.addEventListener("click", () => this.handlers.onReset());
    return this.group("settings_page",
      make("p", { className: "field" },
        make("label", { htmlFor: this.theme.id }, text.say("setting_theme")), this.theme),
      this.corrections,
      make("p", { className: "hint" }, text.say("settings_note")),
      make("p", {}, reset),
    );
  }

  /** @param {State} state */
  render({ preferences, session, microphone }) {
    const { hangoverMs, aggressiveness, interimMs } = preferences;
    const config = session?.config; // What is in force, where nothing was chosen.
    const pause = hangoverMs ?? config?.vad?.hangover_ms ?? VAD.hangover_ms.default;
    if (document.activeElement !== this.pause) this.pause.value = String(pause);
    this.drawPause(Number(this.pause.value));
    this.sensitivity.value = String(aggressiveness ?? config?.vad?.aggressiveness ?? VAD.aggressiveness.default);
    this.interim.checked = (interimMs ?? INTERIM_MS) > 0;
    this.theme.value = preferences.theme || "auto";
    for (const [name, { box, applied }] of this.processing) {
      box.checked = preferences[name];
      const value = microphone.applied === null ? null : microphone.applied[name];
      this.drawApplied(applied, preferences[name], value);
    }
    this.drawCorrections(preferences.corrections.length);
  }

  /** @param {number} ms */
  drawPause(ms) {
    write(this.pauseValue, this.text.say("milliseconds", { ms }));
  }

  /**
   * @param {HTMLElement} element
   * @param {boolean} asked
   * @param {unknown} applied null while no microphone is open; not a boolean where it is not told
   */
  drawApplied(element, asked, applied) {
    const { text } = this;
    const told = typeof applied === "boolean";
    const other = applied === null ? "applied_idle" : "applied_unknown";
    const value = text.say(told ? (applied ? "applied_on" : "applied_off") : other);
    const differs = told && applied !== asked;
    element.dataset.applied = String(applied);
    element.dataset.differs = String(differs);
    write(element, text.say(differs ? "applied_otherwise" : "applied_as_asked", { value }));
  }

  /** @param {number} count */
  drawCorrections(count) {
    if (this.corrections.dataset.count === String(count)) return;
    this.corrections.dataset.count = String(count);
    this.corrections.hidden = count === 0;
    const button = make("button", { type: "button", id: "corrections-withdraw", className: "plain" },
      this.text.say("corrections_withdraw"));
    button.addEventListener("click", () => this.handlers.onWithdrawAll());
    this.corrections.replaceChildren(this.text.sayCount("corrections_sent", count, {}), button);
  }

  /** @param {Key} legend @param {...HTMLElement} fields */
  group(legend, ...fields) {
    return make("fieldset", {}, make("legend", {}, this.text.say(legend)), ...fields);
  }

  /** @param {HTMLInputElement} box @param {Key} key @param {...HTMLElement} more */
  ticked(box, key, ...more) {
    return make("p", { className: "field tick" },
      box, make("label", { htmlFor: box.id }, this.text.say(key)), ...more);
  }

  /** @param {string} id @param {(on: boolean) => void} onChange */
  checkbox(id, onChange) {
    const box = make("input", { type: "checkbox", id });
    box.addEventListener("change", () => onChange(box.checked));
    return box;
  }

  /** @param {string} id @param {string[]} values @param {string} prefix of the keys of their names */
  select(id, values, prefix) {
    const options = values.map((value) =>
      make("option", { value }, this.text.say(/** @type {Key} */ (`${prefix}_${value}`))));
    return make("select", { id, autocomplete: "off" }, ...options);
  }
}
