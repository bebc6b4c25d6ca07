import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

// The audio thread's globals, as far as the worklet uses them; a browser runs the real thing in
// tests/browser.
let Capture;
globalThis.sampleRate = 16000;
globalThis.AudioWorkletProcessor = class {
  constructor() {
    this.posted = [];
    this.port = { postMessage: (message, transfer = []) => this.posted.push({ message, transfer }) };
  }
};
globalThis.registerProcessor = (_name, processor) => (Capture = processor);
await import("../../client_web/worklet.js");

let capture;
beforeEach(() => (capture = new Capture()));
const push = (samples) => capture.process([[Float32Array.from(samples)]]);
const quantum = (value) => Array.from({ length: 128 }, () => value);
const blocks = () => capture.posted.filter(({ message }) => message.pcm);
const lengths = () => blocks().map(({ message }) => message.pcm.byteLength / 2);
const samplesOf = ({ message }) => {
  const view = new DataView(message.pcm);
  return Array.from({ length: view.byteLength / 2 }, (_, at) => view.getInt16(at * 2, true));
};

test("blocks of sound are short after the first, and none of it is lost between them", () => {
  let next = 0;
  for (let turn = 0; turn < 125; turn += 1) push(Array.from({ length: 128 }, () => (next++ % 1000) / 1000));
  capture.stop();
  assert.deepEqual(lengths(), [1600, ...Array(22).fill(640), 320]);
  const all = blocks().flatMap(samplesOf);
  assert.equal(all.length, 16000);
  assert.ok(all.every((sample, at) => sample === Math.round(Math.fround((at % 1000) / 1000) * 0x7fff)));
});

test("blocks are long where it is quiet, from a second after the last sound", () => {
  const turns = (count, value) => Array.from({ length: count }, () => push(quantum(value)));
  turns(125, 0.009); // a second
  assert.deepEqual(lengths(), Array(10).fill(1600));
  turns(5, 0.02);
  turns(250, 0.009);
  const after = lengths().slice(10);
  assert.equal(after[0], 1600); // with the sound at its beginning
  assert.deepEqual([...new Set(after.slice(1, 26))], [640]);
  assert.deepEqual([...new Set(after.slice(27))], [1600]);
});

test("samples beyond full scale are clamped, little-endian", () => {
  push([0, 1, -1, 1.7, -1.7, 0.5]);
  capture.stop();
  assert.deepEqual(samplesOf(blocks()[0]), [0, 32767, -32768, 32767, -32768, 16384]);
  assert.deepEqual([...new Uint8Array(blocks()[0].message.pcm.slice(2, 4))], [0xff, 0x7f]);
});

test("stopping sends what is left, then says that it is done, and ends the processor", () => {
  assert.equal(push(quantum(0.25)), true);
  capture.stop();
  assert.deepEqual(capture.posted.map(({ message }) => message.done ?? message.pcm.byteLength), [256, true]);
  assert.equal(push(quantum(0.25)), false);
  assert.equal(blocks().length, 1);
});

test("each block carries its level, and is handed over rather than copied", () => {
  for (let turn = 0; turn < 13; turn += 1) push(quantum(turn % 2 ? 0.5 : -0.5));
  const [block] = blocks();
  assert.equal(block.message.peak, 0.5);
  assert.ok(Math.abs(block.message.rms - 0.5) < 1e-6);
  assert.equal(block.transfer[0], block.message.pcm);
});

test("an input that is not there yet is waited for", () => {
  assert.equal(capture.process([[]]), true);
  assert.equal(capture.posted.length, 0);
});
