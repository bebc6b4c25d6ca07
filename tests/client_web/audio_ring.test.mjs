import assert from "node:assert/strict";
import { test } from "node:test";
import { AudioRing } from "../../client_web/audio_ring.js";
import { Sound, secondsKept } from "../../client_web/sound.js";

/** Samples that count on from one to the next, so that a slice shows where it was cut. */
const counted = (from, length) => Int16Array.from({ length }, (_, at) => (from + at) % 30000).buffer;
const filled = (options, ...lengths) => {
  const ring = new AudioRing(options);
  for (const length of lengths) ring.push(counted(ring.end, length));
  return ring;
};
const TEN_SECONDS = { sampleRate: 1000, seconds: 10 };

test("what was pushed comes back, across the pieces it lies in", () => {
  const ring = filled(TEN_SECONDS, 700, 2100, 3);
  assert.deepEqual([ring.startMs, ring.endMs], [0, 2803]);
  assert.deepEqual([...ring.slice(0, 2803)], [...new Int16Array(counted(0, 2803))]);
  assert.deepEqual([...ring.slice(2498, 2502)], [2498, 2499, 2500, 2501]);
});

test("a block of any length is taken, longer than a piece too", () => {
  const ring = filled(TEN_SECONDS, 9000);
  assert.deepEqual([...ring.slice(8998, 9000)], [8998, 8999]);
});

test("places are milliseconds at any rate", () => {
  const ring = filled({ sampleRate: 44100, seconds: 2 }, 4410, 4410);
  assert.equal(ring.endMs, 200);
  assert.equal(ring.slice(50, 150).length, 4410);
  assert.equal(ring.slice(50, 150)[0], 2205);
});

test("the oldest is forgotten, and a slice there is shorter", () => {
  const ring = filled(TEN_SECONDS, 6000, 6000);
  assert.deepEqual([ring.startMs, ring.endMs], [2000, 12000]);
  assert.deepEqual([...ring.slice(0, 2003)], [2000, 2001, 2002]);
  assert.equal(ring.slice(0, 2000).length, 0);
  assert.deepEqual([...ring.slice(11_998, 14_000)], [11_998, 11_999]);
  assert.equal(ring.slice(12_000, 13_000).length, 0);
});

test("memory is taken as needed and stays under its bound", () => {
  const ring = new AudioRing(TEN_SECONDS);
  assert.equal(ring.bytes, 0);
  const block = counted(0, 100);
  for (let turn = 0; turn < 1000; turn += 1) {
    ring.push(block);
    assert.ok(ring.bytes <= ring.mostBytes, `${ring.bytes} bytes after ${ring.endMs} ms`);
  }
  assert.equal(ring.mostBytes, 2 * (10_000 + 2500));
});

test("forgetting gives the memory back, and the clock goes on", () => {
  const ring = filled(TEN_SECONDS, 3000);
  ring.clear();
  assert.equal(ring.bytes, 0);
  assert.deepEqual([ring.startMs, ring.endMs], [3000, 3000]);
  assert.equal(ring.slice(0, 3000).length, 0);
  ring.push(counted(3000, 500));
  assert.deepEqual([...ring.slice(2999, 3002)], [3000, 3001]);
});

test("a slice is a copy", () => {
  const ring = filled(TEN_SECONDS, 100);
  ring.slice(0, 10).fill(7);
  assert.equal(ring.slice(0, 10)[3], 3);
});

test("a ring of nothing is refused", () => {
  assert.throws(() => new AudioRing({ sampleRate: 16000, seconds: 0 }), /must be positive/);
});

test("a session's sound is bounded: an hour, or what fits in 128 MiB", () => {
  assert.equal(secondsKept(16000), 3600);
  assert.equal(secondsKept(48000), 1398);
  for (const rate of [8000, 16000, 48000]) {
    const { ring } = new Sound(rate);
    assert.ok(ring.mostBytes <= 128 * 2 ** 20 + 2 * 10 * rate);
  }
});

test("a session's sound keeps samples and levels at the same places, and forgets the samples", () => {
  const sound = new Sound(16000);
  sound.push({ pcm: new Int16Array(1600).buffer });
  sound.push({ pcm: new Int16Array(1600).fill(16384).buffer });
  assert.equal(sound.envelope.level(0, 100).peak, 0);
  assert.equal(sound.envelope.level(100, 200).peak, 0.5);
  assert.ok(sound.ring.slice(100, 200).every((sample) => sample === 16384));
  sound.forget();
  assert.equal(sound.ring.bytes, 0);
  assert.equal(sound.envelope.level(100, 200).peak, 0.5);
});
