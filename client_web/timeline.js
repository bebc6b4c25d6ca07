// @ts-check
/**
 * The timeline: the same verdicts as a picture, as rows and as a table, how they went over the
 * last minutes, and the sound of each to be heard again. It holds no truth of its own: what is
 * drawn is in the state and in the session's sound.
 */
import { createChart } from "./chart.js";
import { spansOf } from "./chart_spans.js";
import { createPlayer } from "./player.js";
import { PlayerView } from "./player_view.js";
import { findVerdict, keyOf } from "./state.js";
import { VerdictList } from "./timeline_list.js";
import { VerdictTable } from "./timeline_table.js";
import { TrendView } from "./trend_view.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./sound.js").Sound} Sound */
/**
 * The chart's parent is hidden while there is nothing in it.
 * @typedef {object} Places
 * @property {HTMLCanvasElement} chart
 * @property {HTMLElement} trend
 * @property {HTMLElement} player
 */
/**
 * `onPlaying`: sound comes from the loudspeaker, which a microphone would hear.
 * @typedef {object} Handlers
 * @property {(key: import("./state.js").SegmentKey | null) => void} onSelect
 * @property {(playing: boolean) => void} onPlaying
 */

export class Timeline {
  /**
   * @param {import("./timeline_list.js").Elements & Places} elements
   * @param {import("./text.js").Text} text
   * @param {Handlers} handlers
   */
  constructor(elements, text, handlers) {
    this.elements = elements;
    this.handlers = handlers;
    /** @type {State | null} */
    this.state = null;
    /** @type {Sound | null} */
    this.sound = null;
    /** @type {import("./player.js").Player | null} */
    this.player = null;
    /** @type {import("./chart_spans.js").Span[]} */
    this.spans = [];
    const onSelect = (/** @type {Emotion | null} */ verdict) => this.select(verdict);
    const onPlay = (/** @type {Emotion} */ verdict) => this.toggle(verdict);
    this.chart = createChart(elements.chart, text, { onSelect, onPlay });
    this.list = new VerdictList(elements, text, (verdict) => this.listen(verdict));
    this.table = new VerdictTable(elements.note, text);
    this.trend = new TrendView(elements.trend, text);
    this.playerView = new PlayerView(elements.player, text, {
      onToggle: () => this.toggle(this.chosen()),
      onForget: () => this.forget(),
    });
  }

  /** @param {State} state @param {Sound | null} sound of this session; null before there is any */
  render(state, sound) {
    if (sound !== this.sound) this.change(sound);
    if (state.utterances !== this.state?.utterances) this.spans = spansOf(state);
    this.state = state;
    const nowMs = Math.max(sound?.ring.endMs ?? 0, this.spans.at(-1)?.endMs ?? 0);
    const box = this.elements.chart.parentElement;
    if (box) box.hidden = nowMs === 0;
    this.chart.render(state, this.spans, sound?.envelope ?? null);
    this.list.render(state);
    const heard = String(sound !== null && sound.ring.bytes > 0);
    // Written only when it changes: hundreds of rows hang on it.
    if (this.elements.list.dataset.sound !== heard) this.elements.list.dataset.sound = heard;
    this.table.render(state);
    this.trend.render(state, this.spans, nowMs);
    this.renderPlayer();
  }

  /** Follows what is said again. */
  follow() {
    this.chart.follow();
  }

  destroy() {
    this.change(null);
    this.chart.destroy();
    this.table.remove();
  }

  renderPlayer() {
    const playing = this.player?.playing != null;
    this.playerView.render(this.sound, this.chosen(), playing);
    this.list.mark(this.state && this.state.selected && keyOf(this.state.selected), playing);
  }

  /** Another session's sound: what was playing belongs to the old one. @param {Sound | null} sound */
  change(sound) {
    this.player?.close();
    this.sound = sound;
    this.player = sound && createPlayer(sound.ring);
    if (this.player === null) return;
    const { player } = this;
    player.onChange = (playing) => {
      if (playing) this.chart.showPlaying(() => player.positionMs);
      this.renderPlayer();
      this.handlers.onPlaying(playing !== null);
    };
  }

  /** @returns {Emotion | null} */
  chosen() {
    return this.state && findVerdict(this.state, this.state.selected);
  }

  /** @param {Emotion | null} verdict */
  select(verdict) {
    this.handlers.onSelect(verdict && { utteranceId: verdict.utterance_id, segment: verdict.segment });
  }

  /** From the list: chooses it, shows it in the chart and plays it. @param {Emotion} verdict */
  listen(verdict) {
    this.select(verdict);
    this.chart.reveal(verdict);
    this.toggle(verdict);
  }

  /** Plays a segment; if it is the one that plays, stops it. @param {Emotion | null} verdict */
  toggle(verdict) {
    const { player } = this;
    if (player === null || verdict === null) return;
    const { start_ms: startMs, end_ms: endMs } = verdict;
    const same = player.playing !== null && player.playing.endMs > startMs && player.playing.startMs < endMs;
    if (same) player.stop();
    else player.play(startMs, endMs);
  }

  forget() {
    this.player?.stop();
    this.sound?.forget();
    if (this.state) this.render(this.state, this.sound);
  }
}
