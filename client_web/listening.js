// @ts-check
/** One press of Start to the end of its session: the microphone, and the link to the server. */
import { Link } from "./link.js";
import { MicrophoneError, listMicrophones, openMicrophone } from "./microphone.js";
import { PROCESSING, sessionSettings, updatedSettings } from "./preferences.js";
import { PATH } from "./protocol.js";
import { Sound } from "./sound.js";

/** @typedef {import("./microphone.js").Block} Block */
/** @typedef {import("./preferences.js").Preferences} Preferences */
/**
 * @typedef {object} Options
 * @property {string} token
 * @property {Preferences} preferences
 * @property {(action: import("./state.js").Action) => void} dispatch
 * @property {(block: Block | null) => void} onLevel null when nobody listens any more
 * @property {(sound: Sound) => void} onSound the session's sound, from its start
 */

export class Listening {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.preferences = options.preferences;
    /** @type {import("./microphone.js").Microphone | null} */
    this.microphone = null;
    /** @type {Link | null} */
    this.link = null;
    /** @type {Sound | null} */
    this.sound = null;
    /** @type {Block[]} before the session's rate is known */
    this.early = [];
    this.deaf = false;
    this.over = false;
    this.switching = Promise.resolve();
  }

  async start() {
    this.options.dispatch({ type: "page.started" });
    try {
      await this.open();
    } catch (error) {
      this.end(error instanceof MicrophoneError ? error.code : "unknown", error);
    }
  }

  /** Opens the microphone that is preferred; at the session's rate, if there is a session. */
  async open() {
    const wish = { ...this.preferences, sampleRate: this.sound?.ring.sampleRate };
    const microphone = await openMicrophone(wish, {
      onBlock: (block) => this.hear(block),
      onLost: () => this.recover(),
      onInterrupted: (interrupted) => this.tell({ interrupted }),
      onMuted: (muted) => this.options.dispatch({ type: "page.warned", code: "mic_muted", on: muted }),
    });
    if (this.over) return microphone.stop();
    this.microphone = microphone;
    this.tell({ applied: microphone.applied, interrupted: !microphone.isRunning, devices: await listMicrophones() });
    if (this.sound === null && !this.over) this.connect(microphone.sampleRate);
  }

  /** @param {number} sampleRate */
  connect(sampleRate) {
    const { dispatch, token } = this.options;
    dispatch({ type: "page.captured" });
    this.sound = new Sound(sampleRate);
    this.options.onSound(this.sound);
    this.link = new Link({
      url: streamUrl(),
      sampleRate,
      token: token || undefined,
      settings: sessionSettings(this.preferences),
      onMessage: (message) => dispatch(message),
      onConnection: (state) => dispatch({ type: "page.connection", state }),
      onGap: (startMs, endMs) => dispatch({ type: "page.gap", startMs, endMs }),
      onCongestion: (congested) => dispatch({ type: "page.congested", congested }),
      onClose: (failure) => this.end(failure),
    });
    for (const block of this.early.splice(0)) this.hear(block);
  }

  /** @param {Block} block */
  hear(block) {
    if (this.over) return;
    this.options.onLevel(block);
    if (this.link === null || this.sound === null) return void this.early.push(block);
    // While a segment is played the microphone would hear it; silence keeps the clock going.
    const pcm = this.deaf ? new ArrayBuffer(block.pcm.byteLength) : block.pcm;
    this.sound.push({ pcm });
    this.link.sendAudio(pcm);
  }

  /** Another microphone, or other processing: goes on with it in the same session. */
  reopen() {
    this.switching = this.switching.then(async () => {
      if (this.over || this.microphone === null) return;
      await this.microphone.stop();
      try {
        if (!this.over) await this.open();
      } catch (error) {
        this.stop(error instanceof MicrophoneError ? error.code : "unknown");
      }
    });
    return this.switching;
  }

  /** It was unplugged: goes on with another one, where there is one. */
  async recover() {
    const devices = await listMicrophones();
    if (devices.length === 0) return this.stop("mic_lost");
    this.preferences = { ...this.preferences, deviceId: "" };
    await this.reopen();
    if (!this.over) this.options.dispatch({ type: "page.warned", code: "mic_switched", on: true });
  }

  /** After an interruption; from a tap. */
  resume() {
    return this.microphone?.resume();
  }

  /** What was chosen, at once. @param {Preferences} preferences */
  change(preferences) {
    const before = this.preferences;
    this.preferences = preferences;
    const update = updatedSettings(before, preferences);
    if (JSON.stringify(update) !== JSON.stringify(sessionSettings(before))) this.link?.update(update);
    const isOther = ["deviceId", ...PROCESSING].some((name) =>
      before[/** @type {"deviceId"} */ (name)] !== preferences[/** @type {"deviceId"} */ (name)]);
    return isOther ? this.reopen() : this.switching;
  }

  /** Sends what is left, and waits for what is pending. @param {string} [code] why, if not asked */
  async stop(code) {
    if (this.link === null) return this.end(code ?? null);
    this.options.dispatch({ type: "page.stopping", failure: code ? { code } : undefined });
    await this.microphone?.stop();
    this.link.stop();
  }

  /** @param {string | null} code @param {unknown} [cause] */
  end(code, cause) {
    if (this.over) return;
    this.over = true;
    if (cause) console.warn("vivavoz:", cause);
    this.options.dispatch({ type: "page.ended", failure: code ? { code } : undefined });
    this.microphone?.stop();
    this.options.onLevel(null);
  }

  /** @param {Partial<import("./state.js").MicrophoneState>} change */
  tell(change) {
    this.options.dispatch({ type: "page.microphone", change });
  }
}

/** Beside the page, so that it also works below a path and behind TLS. */
function streamUrl() {
  const url = new URL(`.${PATH}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}
