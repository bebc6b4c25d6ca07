// @ts-check
/**
 * Runs in the audio thread: collects mono samples into blocks, as signed 16-bit little-endian, and
 * posts each with its level. Nothing is left out, and nothing else is decided here.
 *
 * A label waits for the end of the block in which its pause became long enough, so blocks are
 * short while there is sound; in a quiet room they are long, and a third of the messages do.
 *
 * Posts `{pcm: ArrayBuffer, peak, rms}` (levels from 0 to 1), and `{done: true}` after what was
 * left over when asked to stop.
 */

const QUIET_BLOCK_MS = 100;
const SOUND_BLOCK_MS = 40;
/** -40 dBFS; a voice at arm's length peaks well above. Below it labels come 60 ms later, no more. */
const SOUND_PEAK = 0.01;
/** Sound may matter for so long: the pause that ends an utterance, and its quiet last syllable. */
const AFTER_SOUND_MS = 1000;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(samplesIn(QUIET_BLOCK_MS));
    this.length = this.samples.length;
    this.filled = 0;
    this.quietFor = Infinity; // samples
    this.running = true;
    this.port.onmessage = () => this.stop();
  }

  /**
   * @param {Float32Array[][]} inputs
   * @returns {boolean} whether the browser should keep this alive
   */
  process(inputs) {
    const channel = inputs[0]?.[0];
    if (!this.running || channel === undefined) return this.running;
    let at = 0;
    while (at < channel.length) {
      const part = channel.subarray(at, at + this.length - this.filled);
      this.samples.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled === this.length) this.post();
    }
    return true;
  }

  stop() {
    if (this.running && this.filled > 0) this.post();
    this.running = false;
    this.port.postMessage({ done: true });
  }

  post() {
    const pcm = new ArrayBuffer(this.filled * 2);
    const view = new DataView(pcm);
    let peak = 0;
    let power = 0;
    for (let at = 0; at < this.filled; at += 1) {
      const sample = Math.max(-1, Math.min(1, this.samples[at]));
      peak = Math.max(peak, Math.abs(sample));
      power += sample * sample;
      // Full scale is 32768 below and 32767 above, so that -1 and 1 both fit.
      view.setInt16(at * 2, Math.round(sample * (sample < 0 ? 0x8000 : 0x7fff)), true);
    }
    const rms = Math.sqrt(power / this.filled);
    this.quietFor = peak < SOUND_PEAK ? this.quietFor + this.filled : 0;
    const quiet = this.quietFor > samplesIn(AFTER_SOUND_MS);
    this.length = samplesIn(quiet ? QUIET_BLOCK_MS : SOUND_BLOCK_MS);
    this.filled = 0;
    this.port.postMessage({ pcm, peak, rms }, [pcm]);
  }
}

/** @param {number} milliseconds */
function samplesIn(milliseconds) {
  return Math.round((sampleRate * milliseconds) / 1000);
}

registerProcessor("capture", Capture);
