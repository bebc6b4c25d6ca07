// @ts-check
/**
 * The sound of one session, in this browser's memory alone: the samples for listening again, and
 * their level for drawing. Both are bounded; nothing is written or sent from here.
 */
import { AudioRing } from "./audio_ring.js";
import { Envelope } from "./envelope.js";

/** The longest session; a microphone at 16 kHz fills 115 MB with it. */
const MOST_SECONDS = 3600;
/** What a phone's browser gives to a page without trouble; at 48 kHz it lasts 23 minutes. */
const MOST_BYTES = 128 * 2 ** 20;
const BYTES_PER_SAMPLE = 2;

export class Sound {
  /** @param {number} sampleRate the microphone's, or the recording's */
  constructor(sampleRate) {
    const seconds = secondsKept(sampleRate);
    this.ring = new AudioRing({ sampleRate, seconds });
    this.envelope = new Envelope({ sampleRate });
  }

  /** @param {{pcm: ArrayBuffer}} block the next one, with none left out */
  push(block) {
    this.envelope.push(block, this.ring.endMs);
    this.ring.push(block.pcm);
  }

  /** Forgets the samples; how loud it was stays, from which nobody can be understood. */
  forget() {
    this.ring.clear();
  }
}

/** How much is kept at a rate: an hour, or what fits. @param {number} sampleRate */
export function secondsKept(sampleRate) {
  return Math.min(MOST_SECONDS, Math.floor(MOST_BYTES / (BYTES_PER_SAMPLE * sampleRate)));
}
