// An hour of talk that nobody said: utterances with pauses, their sound and the messages that the
// server would send, the same from the same seed.

const LABELS = ["angry", "disgust", "fearful", "happy", "neutral", "sad"];
const REASONS = ["uncertain", "uncertain", "uncertain", "too_short", "too_noisy"];
const BLOCK_MS = 100;
const INTERIM_MS = 1000;
const SEGMENT_MS = 6000;

export class Hour {
  constructor(sampleRate, seed) {
    this.sampleRate = sampleRate;
    this.random = mulberry32(seed);
    this.second = murmur(sampleRate, this.random);
    this.mood = 4;
    this.talk = null;
    this.nextMs = 900;
  }

  // Blocks of sound with the messages that come with each.
  *between(fromMs, toMs) {
    for (let ms = fromMs; ms < toMs; ms += BLOCK_MS) yield { pcm: this.sound(ms), messages: this.messages(ms) };
  }

  messages(ms) {
    if (this.talk === null) {
      if (ms < this.nextMs) return [];
      this.talk = { startMs: ms, endMs: ms + 800 + Math.round(this.random() * 90) * 100, segment: 0, fromMs: ms };
      if (this.random() < 0.3) this.mood = Math.floor(this.random() * LABELS.length);
      this.pick();
      return [{ type: "utterance.started", utterance_id: ms, start_ms: ms }];
    }
    const { talk } = this;
    if (ms >= talk.endMs) {
      this.talk = null;
      this.nextMs = ms + 400 + Math.round(this.random() * this.random() * 60) * 100;
      const ended = { type: "utterance.ended", utterance_id: talk.startMs, end_ms: talk.endMs, discarded: null };
      return [this.verdict(talk, talk.endMs, true), ended];
    }
    if (ms - talk.fromMs >= SEGMENT_MS) {
      const cut = this.verdict(talk, ms, true);
      Object.assign(talk, { segment: talk.segment + 1, fromMs: ms });
      this.pick();
      return [cut];
    }
    const due = ms > talk.fromMs && (ms - talk.fromMs) % INTERIM_MS === 0;
    return due ? [this.verdict(talk, ms, false)] : [];
  }

  // Most segments sound as the mood is; some otherwise; some do not tell.
  pick() {
    const chance = this.random();
    const other = LABELS[Math.floor(this.random() * LABELS.length)];
    this.label = chance < 0.6 ? LABELS[this.mood] : chance < 0.82 ? other : null;
    this.reason = this.label === null ? REASONS[Math.floor(this.random() * REASONS.length)] : null;
    this.loud = 0.05 + this.random() * 0.25;
  }

  verdict(talk, endMs, final) {
    const confidence = this.label === null ? 0.35 : 0.55 + this.random() * 0.4;
    const rest = (1 - confidence) / (LABELS.length - 1);
    const scores = Object.fromEntries(LABELS.map((label) => [label, label === (this.label ?? "sad") ? confidence : rest]));
    return {
      type: "emotion", utterance_id: talk.startMs, segment: talk.segment, final, start_ms: talk.fromMs, end_ms: endMs,
      label: this.label, reason: this.reason, confidence, scores, model: "1", latency_ms: 40,
    };
  }

  // A murmur in syllables while somebody talks, a whisper of noise otherwise.
  sound(ms) {
    const length = (this.sampleRate * BLOCK_MS) / 1000;
    const samples = new Int16Array(length);
    const first = ((ms / BLOCK_MS) % 10) * length;
    const loud = this.talk ? this.loud * (0.35 + 0.65 * Math.abs(Math.sin(ms / 470) * Math.sin(ms / 1310))) : 0.003;
    for (let at = 0; at < length; at += 1) samples[at] = 32767 * loud * this.second[first + at];
    return samples.buffer;
  }
}

// One second, from which every other is made.
function murmur(sampleRate, random) {
  return Float32Array.from({ length: sampleRate }, (_, at) => {
    const t = at / sampleRate;
    const voice = 0.5 * Math.sin(t * 880) + 0.25 * Math.sin(t * 2200);
    return (0.3 + 0.7 * Math.abs(Math.sin(t * 14))) * (voice + 0.5 * (random() - 0.5));
  });
}

function mulberry32(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
