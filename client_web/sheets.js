// @ts-check
/** The two sheets over the page, settings and the model, and the buttons that open them. */
import { $, make } from "./dom.js";
import { SettingsSheet } from "./settings.js";
import { fillSheet } from "./sheet.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{facts: import("./model.js").ModelFacts, card: string | null}} About */
/** @typedef {import("./settings.js").Handlers & {onAbout: () => Promise<About>}} Handlers */

export class Sheets {
  /** @param {import("./text.js").Text} text @param {Handlers} handlers */
  constructor(text, handlers) {
    this.text = text;
    this.handlers = handlers;
    this.settings = /** @type {HTMLDialogElement} */ ($("settings"));
    this.about = /** @type {HTMLDialogElement} */ ($("about"));
    /** @type {SettingsSheet | null} */
    this.sheet = null;
    /** @type {State | null} */
    this.state = null;
    $("settings-open").addEventListener("click", () => this.settings.showModal());
    $("about-open").addEventListener("click", () => this.openAbout());
    $("model").addEventListener("click", () => this.openAbout());
  }

  relabel() {
    const { text } = this;
    const place = fillSheet(this.settings, text.say("settings"), text.say("close"));
    this.sheet = new SettingsSheet(place, text, this.handlers);
    fillSheet(this.about, text.say("about"), text.say("close"));
    if (this.state) this.sheet.render(this.state);
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
    this.sheet?.render(state);
  }

  async openAbout() {
    const { text, about } = this;
    const place = fillSheet(about, text.say("about"), text.say("close"));
    about.dataset.state = "loading";
    about.showModal();
    try {
      const [{ renderAbout }, { facts, card }] = await Promise.all([import("./about.js"), this.handlers.onAbout()]);
      renderAbout(place, facts, card, text);
      about.dataset.state = "shown";
    } catch (error) {
      console.warn("vivavoz:", error);
      about.dataset.state = "failed";
      place.replaceChildren(make("p", { className: "message", role: "alert" }, text.say("about_failed")));
    }
  }
}
