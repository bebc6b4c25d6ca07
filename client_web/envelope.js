// @ts-check
/**
 * How loud it was, for the last hour: the level of steps of 20 ms in a ring, and of steps 8, 64
 * and 512 times as long, so that a whole hour is read as fast as a second. No DOM.
 */

const STEP_MS = 20;
const SECONDS = 3600;
const FACTOR = 8;
const LEVELS = 4;
const FULL_SCALE = 32768;

/** @typedef {{rms: number, peak: number}} Level from 0 to 1 */

export class Envelope {
  /** @param {{sampleRate: number, stepMs?: number, seconds?: number}} bound */
  constructor({ sampleRate, stepMs = STEP_MS, seconds = SECONDS }) {
    this.sampleRate = sampleRate;
    this.endMs = 0;
    this.levels = Array.from({ length: LEVELS }, (_, level) => {
      const longer = stepMs * FACTOR ** level;
      return new Steps(longer, Math.ceil((seconds * 1000) / longer) + 1);
    });
  }

  /** Memory taken: all of it at once. */
  get bytes() {
    return this.levels.reduce((sum, steps) => sum + steps.bytes, 0);
  }

  /**
   * @param {{pcm: ArrayBuffer}} block signed 16-bit mono
   * @param {number} atMs where it begins
   */
  push({ pcm }, atMs) {
    const samples = new Int16Array(pcm);
    const [{ stepMs }] = this.levels;
    const first = Math.round((atMs * this.sampleRate) / 1000);
    let at = 0;
    while (at < samples.length) {
      const step = Math.floor(((first + at) * 1000) / (this.sampleRate * stepMs));
      const next = Math.ceil(((step + 1) * stepMs * this.sampleRate) / 1000) - first;
      const to = Math.min(samples.length, Math.max(next, at + 1));
      this.add(step, measure(samples, at, to));
      at = to;
    }
    this.endMs = Math.max(this.endMs, ((first + samples.length) * 1000) / this.sampleRate);
  }

  /** @param {number} step of the finest level @param {Measure} measure */
  add(step, measure) {
    for (const [level, steps] of this.levels.entries()) {
      steps.add(Math.floor(step / FACTOR ** level), measure);
    }
  }

  /**
   * The level of a stretch, to the steps that it touches (20 ms, or an eighth of a longer
   * stretch at most); 0 where nothing is known.
   * @param {number} startMs
   * @param {number} endMs
   * @returns {Level}
   */
  level(startMs, endMs) {
    let steps = this.levels[0];
    for (const coarser of this.levels) if (coarser.stepMs * FACTOR <= endMs - startMs) steps = coarser;
    return steps.level(startMs, endMs);
  }
}

/** @typedef {{energy: number, peak: number, count: number}} Measure energy: sum of squares */

/** @param {Int16Array} samples @param {number} from @param {number} to @returns {Measure} */
function measure(samples, from, to) {
  let energy = 0;
  let peak = 0;
  for (let at = from; at < to; at += 1) {
    const sample = samples[at] / FULL_SCALE;
    energy += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return { energy, peak, count: to - from };
}

/** A ring of steps of one length. */
class Steps {
  /** @param {number} stepMs @param {number} capacity */
  constructor(stepMs, capacity) {
    this.stepMs = stepMs;
    this.capacity = capacity;
    this.energy = new Float32Array(capacity);
    this.peak = new Float32Array(capacity);
    this.count = new Float32Array(capacity);
    this.newest = -1;
  }

  get bytes() {
    return this.energy.byteLength + this.peak.byteLength + this.count.byteLength;
  }

  /** @param {number} step @param {Measure} measure */
  add(step, { energy, peak, count }) {
    if (step <= this.newest - this.capacity) return; // Older than what is kept.
    this.open(step);
    const at = step % this.capacity;
    this.energy[at] += energy;
    this.count[at] += count;
    this.peak[at] = Math.max(this.peak[at], peak);
  }

  /** Clears the places up to a new step, which held steps that are now forgotten. @param {number} step */
  open(step) {
    const from = Math.max(this.newest + 1, step - this.capacity + 1);
    for (let next = from; next <= step; next += 1) {
      const at = next % this.capacity;
      this.energy[at] = this.peak[at] = this.count[at] = 0;
    }
    this.newest = Math.max(this.newest, step);
  }

  /** @param {number} startMs @param {number} endMs @returns {Level} */
  level(startMs, endMs) {
    const from = Math.max(Math.floor(startMs / this.stepMs), this.newest - this.capacity + 1, 0);
    const to = Math.min(Math.ceil(endMs / this.stepMs) - 1, this.newest);
    let [energy, peak, count] = [0, 0, 0];
    for (let step = from; step <= to; step += 1) {
      const at = step % this.capacity;
      energy += this.energy[at];
      count += this.count[at];
      peak = Math.max(peak, this.peak[at]);
    }
    return { rms: count > 0 ? Math.sqrt(energy / count) : 0, peak };
  }
}
