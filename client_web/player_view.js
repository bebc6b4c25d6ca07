// @ts-check
/**
 * Beside the chart: what is played, how much sound is kept and where, and the button that
 * forgets it.
 */
import { describe } from "./chart_bar.js";
import { make, write } from "./dom.js";

/** @typedef {import("./sound.js").Sound} Sound */
/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {{onToggle: () => void, onForget: () => void}} Handlers */

const MEGABYTE = 1e6;

export class PlayerView {
  /** @param {HTMLElement} element @param {import("./text.js").Text} text @param {Handlers} handlers */
  constructor(element, text, handlers) {
    this.element = element;
    this.text = text;
    this.row = make("p", { className: "player-row" });
    this.button = button("player-button pill", handlers.onToggle);
    this.said = make("span", { className: "player-said" });
    this.said.setAttribute("role", "status");
    this.row.append(this.button, this.said);
    this.kept = make("p", { className: "player-kept" });
    this.words = make("span", { className: "player-words" });
    this.forget = button("plain", handlers.onForget);
    this.kept.append(this.words, " ", this.forget);
    element.replaceChildren(this.row, this.kept);
  }

  /**
   * @param {Sound | null} sound
   * @param {Emotion | null} chosen what the button plays, or is playing
   * @param {boolean} playing
   */
  render(sound, chosen, playing) {
    const { element, text } = this;
    element.hidden = sound === null || sound.ring.endMs === 0;
    if (sound === null || element.hidden) return;
    const { ring } = sound;
    this.renderChosen(chosen, playing, chosen !== null && chosen.end_ms > ring.startMs);
    const size = Math.ceil(ring.bytes / MEGABYTE);
    const most = text.clock(ring.seconds * 1000);
    const length = text.clock(ring.endMs - ring.startMs);
    this.forget.hidden = ring.bytes === 0;
    const kept = text.say("sound_kept", { length, size, most, megabytes: Math.ceil(ring.mostBytes / MEGABYTE) });
    write(this.words, ring.bytes === 0 ? text.say("sound_forgotten") : kept);
    write(this.forget, text.say("sound_forget"));
    Object.assign(element.dataset, { bytes: String(ring.bytes), playing: String(playing) });
  }

  /** @param {Emotion | null} chosen @param {boolean} playing @param {boolean} kept */
  renderChosen(chosen, playing, kept) {
    const { text, button: play } = this;
    play.disabled = !kept;
    play.dataset.playing = String(playing);
    write(play, text.say(playing ? "listen_stop" : "listen"));
    this.row.dataset.tone = chosen?.label ?? "none";
    this.row.dataset.chosen = String(chosen !== null);
    const words = chosen === null ? text.say("listen_hint") : describe(chosen, text);
    write(this.said, kept || chosen === null ? words : `${words} · ${text.say("listen_gone")}`);
  }
}

/** @param {string} className @param {() => void} press */
function button(className, press) {
  const element = make("button", { type: "button", className });
  element.addEventListener("click", press);
  return element;
}
