// The page's timeline, with a made-up session instead of a server and a microphone. Tests drive
// it through `window.session`.
import { Sound } from "/client_web/sound.js";
import { initialState, reduce } from "/client_web/state.js";
import { createText } from "/client_web/text.js";
import { Timeline } from "/client_web/timeline.js";
import { Hour } from "./hour.mjs";

const $ = (id) => document.getElementById(id);
const LABELS = ["angry", "disgust", "fearful", "happy", "neutral", "sad"];

const session = (window.session = {
  state: initialState(),
  sound: null,
  playing: [],
  timeline: null,
  due: false,

  begin({ sampleRate = 16000, language = "en" } = {}) {
    this.state = initialState();
    this.sound = new Sound(sampleRate);
    this.timeline?.destroy();
    $("timeline").replaceChildren();
    const places = { list: $("timeline"), empty: $("timeline-empty"), note: $("timeline-note") };
    this.timeline = new Timeline(
      { ...places, chart: $("chart"), trend: $("trend"), player: $("player") },
      createText(language),
      {
        onSelect: (key) => this.dispatch({ type: "page.selected", key }),
        onPlaying: (playing) => this.playing.push(playing),
      },
    );
    const model = { name: "default", version: "1", labels: LABELS };
    this.dispatch({ type: "page.started" }, { type: "page.captured" });
    this.dispatch({ type: "session.created", session_id: "s", model, config: {}, limits: {} });
  },

  // As the page does it: many messages, one drawing.
  dispatch(...actions) {
    this.state = actions.reduce(reduce, this.state);
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.timeline.render(this.state, this.sound);
    });
  },

  hear(pcm) {
    this.sound.push({ pcm });
    this.dispatch();
  },

  // So many seconds of a made-up hour, at once or so many seconds in each frame.
  async replay(seconds, { from = 0, perFrame = Infinity, seed = 1 } = {}) {
    const hour = new Hour(this.sound.ring.sampleRate, seed);
    let at = from;
    const costs = [];
    while (at < seconds) {
      const to = Math.min(seconds, at + perFrame);
      const began = performance.now();
      for (const { pcm, messages } of hour.between(at * 1000, to * 1000)) {
        this.sound.push({ pcm });
        this.state = messages.reduce(reduce, this.state);
      }
      this.dispatch();
      costs.push(performance.now() - began);
      at = to;
      await new Promise(requestAnimationFrame);
    }
    return costs;
  },
});

session.begin();
document.body.dataset.ready = "true";
