// @ts-check
/** What was heard, to be taken away: its sound, and its verdicts in the formats of other programs. */
import { annotationOf } from "./annotation.js";
import { make } from "./dom.js";
import { FORMATS, exportBlob } from "./formats.js";
import { wavBlob } from "./wav.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./sound.js").Sound} Sound */

/** Until the browser has taken the file, its address has to stand. */
const REVOKE_MS = 60_000;

export class TakeAway {
  /** @param {HTMLElement} element @param {import("./text.js").Text} text */
  constructor(element, text) {
    this.element = element;
    this.text = text;
    /** @type {State | null} */
    this.state = null;
    /** @type {Sound | null} */
    this.sound = null;
    this.wav = make("button");
    this.relabel();
  }

  relabel() {
    const { text } = this;
    this.wav = this.button("wav", text.say("take_sound"), () => this.saveSound());
    const files = Object.entries(FORMATS).map(([name, format]) =>
      this.button(name, format.title, () => this.save(format)));
    const menu = make("details", {},
      make("summary", {}, text.say("take_away")),
      make("p", { className: "pills" }, this.wav, ...files));
    this.element.replaceChildren(menu);
  }

  /** @param {State} state @param {Sound | null} sound */
  render(state, sound) {
    this.state = state;
    this.sound = sound;
    this.element.hidden = state.lastFinal === null;
    this.wav.hidden = sound === null || sound.ring.bytes === 0;
  }

  /** @param {import("./formats.js").Format} format */
  save(format) {
    const { state } = this;
    if (state === null) return;
    const said = new Map([...state.corrections]
      .filter(([, { stage }]) => stage === "kept")
      .map(([key, { label, note }]) => [key, { correction: label, note }]));
    const source = state.file?.name ?? this.text.say("microphone");
    download(exportBlob(annotationOf(state, source, new Date(), said), format), `${this.stem()}${format.suffix}`);
  }

  saveSound() {
    const { sound } = this;
    if (sound === null) return;
    const { ring } = sound;
    download(wavBlob([ring.slice(ring.startMs, ring.endMs)], ring.sampleRate), `${this.stem()}.wav`);
  }

  /** A name without its ending: of the recording, or of the time. */
  stem() {
    const name = this.state?.file?.name.replace(/\.\w+$/, "");
    return name || `vivavoz-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}`;
  }

  /** @param {string} name @param {string} title @param {() => void} onClick */
  button(name, title, onClick) {
    const button = make("button", { type: "button", className: "pill", id: `export-${name}` }, title);
    button.addEventListener("click", onClick);
    return button;
  }
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}
