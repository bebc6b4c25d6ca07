// @ts-check
/**
 * Puts the page together: what a person does becomes an action or a change, what happens becomes
 * the state, and the state is drawn. All that changes is in here.
 */
import { Corrections } from "./corrections.js";
import { Listening } from "./listening.js";
import { isSecure, listMicrophones, watchMicrophones } from "./microphone.js";
import { fetchCard, fetchModel } from "./model.js";
import { readPreferences, resetPreferences, savePreferences, storageOf } from "./preferences.js";
import { initialState, isAtRest, reduce } from "./state.js";
import { chooseLanguage, createText } from "./text.js";
import { View } from "./view.js";
import { WakeLock } from "./wake_lock.js";

class App {
  constructor() {
    this.storage = storageOf(window);
    const preferences = readPreferences(this.storage);
    this.state = { ...initialState(), preferences };
    this.wakeLock = new WakeLock();
    /** @type {Listening | import("./recording.js").Recording | null} */
    this.active = null;
    const { language } = preferences;
    const place = { host: location.host, port: location.port || "80" };
    this.text = createText(chooseLanguage(language ? [language] : navigator.languages), place);
    this.corrections = new Corrections({
      dispatch: (action) => this.dispatch(action),
      remember: (update) => this.change({ corrections: update(this.state.preferences.corrections) }),
    });
    /** @type {View} */
    this.view = this.createView();
    this.view.render(this.state);
    watchMicrophones(() => this.lookForMicrophones());
    this.learnModel();
    if (!isSecure()) this.dispatch({ type: "page.ended", failure: { code: "mic_insecure" } });
  }

  /** @returns {View} */
  createView() {
    const { corrections } = this;
    const context = () => ({ state: this.state, sound: this.view.sound, token: this.view.token });
    return new View(this.text, {
      onToggle: () => this.toggle(),
      onContinue: () => this.active instanceof Listening && this.active.resume(),
      onFile: (file) => this.analyse(file),
      onSelect: (key) => this.dispatch({ type: "page.selected", key }),
      onPlaying: (playing) => this.active instanceof Listening && (this.active.deaf = playing),
      onLanguage: (language) => this.speak(language),
      onChange: (change) => this.change(change),
      onReset: () => this.change(resetPreferences(this.state.preferences)),
      onWithdrawAll: () => corrections.withdrawAll(context()),
      onAbout: () => this.learn(),
      onSend: (key, answer) => corrections.send(key, answer, context()),
      onWithdraw: (key) => corrections.withdraw(key, context()),
    });
  }

  /** Once they are known at all: without permission they have no names. */
  async lookForMicrophones() {
    if (this.state.microphone.devices.length === 0) return;
    this.dispatch({ type: "page.microphone", change: { devices: await listMicrophones() } });
  }

  /** @param {import("./state.js").Action} action */
  dispatch(action) {
    const before = this.state;
    this.state = reduce(before, action);
    this.view.render(this.state);
    this.wakeLock.keep(this.state.phase === "listening");
    if (before.session === null && this.state.session !== null && this.state.model === null) this.learnModel();
  }

  toggle() {
    if (!isAtRest(this.state)) return void (this.state.phase !== "stopping" && this.active?.stop());
    this.begin(new Listening({
      ...this.common(),
      preferences: this.state.preferences,
      onLevel: (block) => this.view.showLevel(block),
    }));
  }

  /** @param {File} file */
  async analyse(file) {
    const { Recording } = await import("./recording.js");
    this.begin(new Recording({ ...this.common(), file, preferences: this.state.preferences }));
  }

  /** @param {Listening | import("./recording.js").Recording} activity */
  begin(activity) {
    this.view.sound = null;
    this.active = activity;
    activity.start();
  }

  common() {
    return {
      token: this.view.token,
      dispatch: (/** @type {import("./state.js").Action} */ action) => this.dispatch(action),
      onSound: (/** @type {import("./sound.js").Sound} */ sound) => void (this.view.sound = sound),
    };
  }

  /** Remembered, and used at once. @param {Partial<import("./preferences.js").Preferences>} change */
  change(change) {
    const preferences = { ...this.state.preferences, ...change };
    savePreferences(this.storage, preferences);
    this.dispatch({ type: "page.settings", preferences });
    if (this.active instanceof Listening && !this.active.over) this.active.change(preferences);
  }

  /** @param {string} language */
  speak(language) {
    this.text.use(language);
    this.view.relabel();
    this.change({ language });
  }

  /** What the server tells of its model, and its card. */
  async learn() {
    const [facts, card] = await Promise.all([fetchModel(this.view.token), fetchCard(this.view.token)]);
    this.dispatch({ type: "page.model", facts });
    return { facts, card };
  }

  /**
   * What recordings and corrections it takes, above all. It may want a token first; what is not
   * known is not said, and asked again with the first session.
   */
  async learnModel() {
    try {
      this.dispatch({ type: "page.model", facts: await fetchModel(this.view.token) });
    } catch (error) {
      console.warn("vivavoz:", error);
    }
  }
}

new App();
