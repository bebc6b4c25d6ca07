// @ts-check
/**
 * Listen again: plays a stretch of the sound that is kept in memory. One at a time; a new one ends
 * the old.
 */

/** In and out of a stretch, so that its edges do not click. */
const FADE_S = 0.008;
/** Without a loudspeaker the clock of the sound may never run: it is over this much late at most. */
const LATE_MS = 1500;
const FULL_SCALE = 32768;

/** @typedef {{startMs: number, endMs: number}} Stretch */

/**
 * @param {import("./audio_ring.js").AudioRing} ring
 * @param {() => AudioContext} [createContext] called once, at the first sound
 */
export function createPlayer(ring, createContext = () => new AudioContext()) {
  return new Player(ring, createContext);
}

export class Player {
  /** @param {import("./audio_ring.js").AudioRing} ring @param {() => AudioContext} createContext */
  constructor(ring, createContext) {
    this.ring = ring;
    this.createContext = createContext;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {AudioBufferSourceNode | null} */
    this.source = null;
    /** What is played now. @type {Stretch | null} */
    this.playing = null;
    this.began = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.limit = undefined;
    /** @type {(playing: Stretch | null) => void} */
    this.onChange = () => {};
  }

  /**
   * Call it from a click: browsers let sound out only then.
   * @param {number} startMs
   * @param {number} endMs
   * @returns {boolean} false where none of it is kept
   */
  play(startMs, endMs) {
    this.stop();
    const from = Math.max(startMs, this.ring.startMs);
    const samples = this.ring.slice(from, endMs);
    if (samples.length === 0) return false;
    this.context ??= this.createContext();
    void this.context.resume();
    this.start(this.context, samples);
    this.playing = { startMs: from, endMs: from + (samples.length * 1000) / this.ring.sampleRate };
    this.onChange(this.playing);
    return true;
  }

  stop() {
    if (this.source === null) return;
    this.source.onended = null;
    this.source.stop();
    this.end();
  }

  /** Stops, and gives the loudspeaker back. */
  close() {
    this.stop();
    void this.context?.close();
    this.context = null;
  }

  /** Where in the session the sound has come to, or null. */
  get positionMs() {
    if (this.playing === null || this.context === null) return null;
    const passedMs = (this.context.currentTime - this.began) * 1000;
    return Math.min(this.playing.endMs, this.playing.startMs + Math.max(0, passedMs));
  }

  /** @param {AudioContext} context @param {Int16Array} samples */
  start(context, samples) {
    const buffer = context.createBuffer(1, samples.length, this.ring.sampleRate);
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / FULL_SCALE), 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    const gain = context.createGain();
    source.connect(gain).connect(context.destination);
    this.began = context.currentTime;
    const over = this.began + buffer.duration;
    gain.gain.setValueAtTime(0, this.began);
    gain.gain.linearRampToValueAtTime(1, this.began + FADE_S);
    gain.gain.setValueAtTime(1, Math.max(this.began + FADE_S, over - FADE_S));
    gain.gain.linearRampToValueAtTime(0, over);
    source.onended = () => this.end();
    source.start(this.began);
    this.limit = setTimeout(() => this.stop(), buffer.duration * 1000 + LATE_MS);
    this.source = source;
  }

  end() {
    clearTimeout(this.limit);
    this.source?.disconnect();
    this.source = null;
    this.playing = null;
    void this.context?.suspend();
    this.onChange(null);
  }
}
