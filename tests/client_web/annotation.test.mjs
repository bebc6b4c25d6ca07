import assert from "node:assert/strict";
import { test } from "node:test";
import { annotationOf, segmentKey } from "../../client_web/annotation.js";
import { initialState, reduce } from "../../client_web/state.js";
import { wavBlob } from "../../client_web/wav.js";

const MODEL = { name: "default", version: "7", labels: ["angry", "sad"] };
const CREATED = { type: "session.created", session_id: "s", model: MODEL, config: {}, limits: {} };
const AT = new Date("2026-11-23T05:32:21Z");
const emotion = (id, segment, final, start_ms, end_ms) => ({
  type: "emotion", utterance_id: id, segment, final, start_ms, end_ms, label: "sad", reason: null,
  confidence: 0.8, scores: { angry: 0.2, sad: 0.8 }, model: "7", latency_ms: 30,
});
const after = (...actions) => [{ type: "page.started" }, CREATED, ...actions].reduce(reduce, initialState());

test("what is taken away is every final verdict, in order of time", () => {
  const state = after(emotion(0, 0, true, 0, 8000), emotion(0, 1, true, 8000, 9000),
    emotion(9500, 0, true, 9500, 9900), emotion(11000, 0, false, 11000, 11900));
  const annotation = annotationOf(state, "session.wav", AT);
  assert.deepEqual(annotation.about, { source: "session.wav", madeAt: AT, model: "7", labels: MODEL.labels });
  assert.deepEqual(annotation.segments.map((each) => [each.utterance_id, each.segment]), [[0, 0], [0, 1], [9500, 0]]);
  assert.equal(annotation.audioMs, 9900);
});

test("what a person said goes with its segment", () => {
  const second = emotion(2000, 0, true, 2000, 2900);
  const said = new Map([[segmentKey(second), { correction: "angry", note: "he laughs" }]]);
  const { segments } = annotationOf(after(emotion(0, 0, true, 0, 900), second), "x", AT, said);
  assert.deepEqual(segments.map(({ correction, note }) => [correction, note]), [[undefined, undefined], ["angry", "he laughs"]]);
});

test("what a cut connection gave is put in order, and nothing stands twice", () => {
  const state = after(emotion(4000, 0, true, 4000, 5000), emotion(0, 0, true, 0, 1000),
    emotion(900, 0, true, 900, 2000), emotion(20, 0, true, 20, 1000));
  const times = annotationOf(state, "x", AT).segments.map(({ start_ms, end_ms }) => [start_ms, end_ms]);
  assert.deepEqual(times, [[0, 1000], [1000, 2000], [4000, 5000]]);
});

test("nothing heard is nothing to take away, but no error", () => {
  const { about, audioMs, segments } = annotationOf(initialState(), "x", AT);
  assert.deepEqual([about.model, about.labels, audioMs, segments], ["", [], 0, []]);
});

test("more sound than a WAV can count is refused", () => {
  const hour = { byteLength: 2 ** 30 };
  assert.throws(() => wavBlob([hour, hour, hour, hour], 48000), RangeError);
});
