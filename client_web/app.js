// @ts-check
/** Puts the page together: microphone -> socket -> state -> view. All that changes is in here. */
import { MicrophoneError, openMicrophone } from "./microphone.js";
import { PATH } from "./protocol.js";
import { Socket } from "./socket.js";
import { initialState, isAtRest, reduce } from "./state.js";
import { chooseLanguage, createText } from "./text.js";
import { createView } from "./view.js";

/** One press of Start to the end of its session. */
class Listening {
  /** @param {App} app @param {string} token */
  constructor(app, token) {
    this.app = app;
    this.token = token;
    /** @type {import("./microphone.js").Microphone | null} */
    this.microphone = null;
    /** @type {Socket | null} */
    this.socket = null;
    this.over = false;
  }

  async start() {
    this.app.dispatch({ type: "page.started" });
    try {
      /** @type {ArrayBuffer[]} */
      const early = []; // The first blocks may come before the rate is known here.
      this.microphone = await openMicrophone({
        onBlock: (block) => {
          this.app.view.showLevel(block);
          if (this.socket) this.socket.sendAudio(block.pcm);
          else early.push(block.pcm);
        },
        onLost: () => this.stop("mic_lost"),
      });
      if (this.over) return await this.microphone.stop();
      this.connect(this.microphone.sampleRate);
      for (const pcm of early) this.socket?.sendAudio(pcm);
    } catch (error) {
      this.end(error instanceof MicrophoneError ? error.code : "unknown", error);
    }
  }

  /** @param {number} sampleRate */
  connect(sampleRate) {
    this.app.dispatch({ type: "page.captured" });
    this.socket = new Socket({
      url: streamUrl(),
      sampleRate,
      token: this.token || undefined,
      onMessage: (message) => this.app.dispatch(message),
      onCongestion: (congested) => this.app.dispatch({ type: "page.congested", congested }),
      onClose: (failure) => this.end(failure),
    });
  }

  /** Sends what is left, and waits for what is pending. @param {string} [code] why, if not asked */
  async stop(code) {
    if (this.socket === null) return this.end(code ?? null);
    this.app.dispatch({ type: "page.stopping", failure: code ? { code } : undefined });
    await this.microphone?.stop();
    this.socket.stop();
  }

  /** @param {string | null} code @param {unknown} [cause] */
  end(code, cause) {
    if (this.over) return;
    this.over = true;
    if (cause) console.warn("vivavoz:", cause);
    this.app.dispatch({ type: "page.ended", failure: code ? { code } : undefined });
    this.microphone?.stop();
    this.app.view.showLevel(null);
  }
}

class App {
  constructor() {
    this.state = initialState();
    /** @type {Listening | null} */
    this.listening = null;
    const place = { host: location.host, port: location.port || "80" };
    const text = createText(chooseLanguage(navigator.languages), place);
    this.view = createView(document, text, { onToggle: (token) => this.toggle(token) });
    this.view.render(this.state);
  }

  /** @param {import("./state.js").Action} action */
  dispatch(action) {
    this.state = reduce(this.state, action);
    this.view.render(this.state);
  }

  /** @param {string} token */
  toggle(token) {
    if (isAtRest(this.state)) {
      this.listening = new Listening(this, token);
      this.listening.start();
    } else if (this.state.phase !== "stopping") {
      this.listening?.stop();
    }
  }
}

/** Beside the page, so that it also works below a path and behind TLS. */
function streamUrl() {
  const url = new URL(`.${PATH}`, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

new App();
