// @ts-check
/**
 * Runs in the audio thread: collects mono samples into blocks of 100 ms, as signed 16-bit
 * little-endian, and posts each with its level. No decision is taken here.
 *
 * Posts `{pcm: ArrayBuffer, peak, rms}` (levels from 0 to 1), and `{done: true}` after what was
 * left over when asked to stop.
 */

const BLOCKS_PER_SECOND = 10;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(Math.round(sampleRate / BLOCKS_PER_SECOND));
    this.filled = 0;
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
      const part = channel.subarray(at, at + this.samples.length - this.filled);
      this.samples.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled === this.samples.length) this.post();
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
    this.filled = 0;
    this.port.postMessage({ pcm, peak, rms }, [pcm]);
  }
}

registerProcessor("capture", Capture);
