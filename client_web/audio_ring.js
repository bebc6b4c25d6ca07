// @ts-check
/**
 * The newest sound, in memory alone: what is older than the bound is forgotten as new sound
 * comes. Memory is taken in pieces as it is needed, so that a short session costs little. No DOM.
 *
 * Places are milliseconds since the first sample that was pushed; they go on counting when sound
 * is forgotten.
 */

/** Piece by piece; a shorter ring takes shorter ones. */
const PIECE_SECONDS = 10;
const BYTES_PER_SAMPLE = 2;

export class AudioRing {
  /**
   * @param {{sampleRate: number, seconds: number}} bound how much is kept; at most one piece more
   *   of memory is taken (10 s, or a quarter of a ring that is shorter than 40 s)
   */
  constructor({ sampleRate, seconds }) {
    if (!(sampleRate > 0 && seconds > 0)) {
      throw new RangeError("AudioRing: sampleRate and seconds must be positive");
    }
    this.sampleRate = sampleRate;
    this.seconds = seconds;
    this.capacity = Math.round(sampleRate * seconds);
    this.pieceLength = Math.ceil(sampleRate * Math.min(PIECE_SECONDS, seconds / 4));
    /** @type {Map<number, Int16Array>} by number since the beginning; in order */
    this.pieces = new Map();
    this.end = 0;
    this.cleared = 0;
  }

  /** @param {ArrayBuffer} pcm signed 16-bit mono, as the platform has it: little-endian everywhere */
  push(pcm) {
    const samples = new Int16Array(pcm);
    let at = 0;
    while (at < samples.length) {
      const [piece, from] = this.place(this.end);
      const part = samples.subarray(at, at + this.pieceLength - from);
      piece.set(part, from);
      at += part.length;
      this.end += part.length;
      this.forgetOld();
    }
  }

  /** Forgets all sound. The clock goes on. */
  clear() {
    this.pieces.clear();
    this.cleared = this.end;
  }

  /** Where the oldest sound that is kept begins. */
  get startMs() {
    return this.toMs(this.start());
  }

  /** How much was pushed in all. */
  get endMs() {
    return this.toMs(this.end);
  }

  /** Memory taken now. */
  get bytes() {
    return this.pieces.size * this.pieceLength * BYTES_PER_SAMPLE;
  }

  /** Memory taken at most. */
  get mostBytes() {
    return (this.capacity + this.pieceLength) * BYTES_PER_SAMPLE;
  }

  /**
   * A copy of the sound there is between two places: shorter where some is forgotten or yet to
   * come, empty where all is.
   * @param {number} startMs
   * @param {number} endMs
   * @returns {Int16Array<ArrayBuffer>}
   */
  slice(startMs, endMs) {
    const from = Math.max(this.toSample(startMs), this.start());
    const to = Math.min(this.toSample(endMs), this.end);
    const copy = new Int16Array(Math.max(0, to - from));
    let at = from;
    while (at < to) {
      const [piece, offset] = this.place(at);
      const part = piece.subarray(offset, Math.min(this.pieceLength, offset + to - at));
      copy.set(part, at - from);
      at += part.length;
    }
    return copy;
  }

  start() {
    return Math.max(this.cleared, this.end - this.capacity);
  }

  forgetOld() {
    const first = Math.floor(this.start() / this.pieceLength);
    for (const number of this.pieces.keys()) {
      if (number >= first) return;
      this.pieces.delete(number);
    }
  }

  /** The piece that holds a sample, made if need be, and where in it. @param {number} sample @returns {[Int16Array, number]} */
  place(sample) {
    const number = Math.floor(sample / this.pieceLength);
    let piece = this.pieces.get(number);
    if (piece === undefined) this.pieces.set(number, (piece = new Int16Array(this.pieceLength)));
    return [piece, sample - number * this.pieceLength];
  }

  /** @param {number} sample */
  toMs(sample) {
    return (sample * 1000) / this.sampleRate;
  }

  /** @param {number} ms */
  toSample(ms) {
    return Math.round((ms * this.sampleRate) / 1000);
  }
}
