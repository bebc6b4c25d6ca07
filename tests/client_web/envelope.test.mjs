import assert from "node:assert/strict";
import { test } from "node:test";
import { Envelope } from "../../client_web/envelope.js";

const RATE = 16000;
const block = (value, ms = 100, rate = RATE) => ({
  pcm: Int16Array.from({ length: (rate * ms) / 1000 }, (_, at) => (at % 2 ? value : -value)).buffer,
});
const close = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-4, `${actual} is not ${expected}`);

test("a level is that of the steps it covers", () => {
  const envelope = new Envelope({ sampleRate: RATE });
  envelope.push(block(0), 0);
  envelope.push(block(16384), 100);
  assert.equal(envelope.endMs, 200);
  assert.deepEqual(envelope.level(0, 100), { rms: 0, peak: 0 });
  close(envelope.level(100, 200).rms, 0.5);
  close(envelope.level(100, 120).rms, 0.5);
  close(envelope.level(0, 200).rms, 0.5 * Math.SQRT1_2);
  assert.equal(envelope.level(0, 200).peak, 0.5);
});

test("within a block, 20 ms are told apart", () => {
  const envelope = new Envelope({ sampleRate: RATE });
  const samples = new Int16Array(1600);
  samples[1600 * 0.5] = 32767; // At 50 ms.
  envelope.push({ pcm: samples.buffer }, 0);
  assert.equal(envelope.level(20, 40).peak, 0);
  assert.ok(envelope.level(40, 60).peak > 0.99);
  assert.equal(envelope.level(60, 80).peak, 0);
});

test("a coarse level of steady sound is the fine one's, at a rate that no step divides too", () => {
  for (const rate of [8000, 22050, 44100, 48000]) {
    const envelope = new Envelope({ sampleRate: rate });
    for (let turn = 0; turn < 600; turn += 1) envelope.push(block(8192, 100, rate), turn * 100);
    for (const length of [20, 160, 1280, 20_000, 60_000]) {
      close(envelope.level(0, length).rms, 0.25);
      close(envelope.level(60_000 - length, 60_000).rms, 0.25);
    }
  }
});

test("a step that is not full yet does not look quieter", () => {
  const envelope = new Envelope({ sampleRate: RATE });
  envelope.push(block(16384, 10), 0);
  close(envelope.level(0, 20).rms, 0.5);
  close(envelope.level(0, 60_000).rms, 0.5);
});

test("what is unknown is silent: before, after, and in a gap", () => {
  const envelope = new Envelope({ sampleRate: RATE });
  envelope.push(block(16384), 1000);
  envelope.push(block(16384), 3000);
  for (const [start, end] of [[0, 1000], [1120, 2880], [3200, 9000]]) {
    assert.deepEqual(envelope.level(start, end), { rms: 0, peak: 0 }, `${start} to ${end}`);
  }
});

test("the ring forgets the oldest, and what comes late to it changes nothing", () => {
  const envelope = new Envelope({ sampleRate: 1000, seconds: 10 });
  for (let turn = 0; turn < 300; turn += 1) envelope.push(block(turn < 150 ? 32000 : 8192, 100, 1000), turn * 100);
  assert.equal(envelope.level(0, 15_000).peak, 0);
  assert.equal(envelope.level(20_500, 30_000).peak, 0.25);
  envelope.push(block(32000, 100, 1000), 1000);
  assert.equal(envelope.level(0, 15_000).peak, 0);
  assert.equal(envelope.level(20_500, 30_000).peak, 0.25);
  assert.equal(envelope.endMs, 30_000);
});

test("an hour takes 2.5 MB at once, and no more later", () => {
  const envelope = new Envelope({ sampleRate: RATE });
  assert.ok(envelope.bytes < 2.6e6, `${envelope.bytes}`);
});
