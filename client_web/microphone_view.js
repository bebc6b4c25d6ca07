// @ts-check
/** Which microphone, of those there are, and what the browser really did to its sound. */
import { $, make, show } from "./dom.js";
import { PROCESSING } from "./preferences.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./text.js").Key} Key */

/** @type {Readonly<Record<(typeof PROCESSING)[number], Key>>} */
export const PROCESSING_NAMES = Object.freeze({
  echoCancellation: "setting_echo",
  noiseSuppression: "setting_noise",
  autoGainControl: "setting_gain",
});

export class MicrophoneView {
  /** @param {import("./text.js").Text} text @param {(deviceId: string) => void} onChoose */
  constructor(text, onChoose) {
    this.text = text;
    this.select = /** @type {HTMLSelectElement} */ ($("microphone"));
    this.select.addEventListener("change", () => onChoose(this.select.value));
    /** @type {State["microphone"]["devices"] | null} */
    this.devices = null;
  }

  relabel() {
    this.devices = null;
  }

  /** @param {State} state */
  render({ microphone, preferences }) {
    const { devices, applied } = microphone;
    $("microphone-row").hidden = devices.length === 0;
    if (devices !== this.devices) this.fill(devices);
    this.devices = devices;
    const isThere = devices.some(({ id }) => id === preferences.deviceId);
    this.select.value = isThere ? preferences.deviceId : "";
    const sound = $("sound");
    const changed = applied ? PROCESSING.filter((name) => applied[name] === true) : [];
    sound.dataset.processed = applied ? changed.join(" ") : "";
    show(sound, applied && this.describe(changed));
  }

  /** @param {(typeof PROCESSING)[number][]} changed */
  describe(changed) {
    const { text } = this;
    if (changed.length === 0) return text.say("sound_raw");
    const names = changed.map((name) => text.say(PROCESSING_NAMES[name]).toLowerCase());
    return text.say("sound_processed", { what: new Intl.ListFormat(text.language).format(names) });
  }

  /** @param {State["microphone"]["devices"]} devices */
  fill(devices) {
    const { text } = this;
    const options = devices.map(({ id, name }, at) =>
      make("option", { value: id }, name || text.say("microphone_nameless", { number: at + 1 })));
    this.select.replaceChildren(make("option", { value: "" }, text.say("microphone_default")), ...options);
  }
}
