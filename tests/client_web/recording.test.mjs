import assert from "node:assert/strict";
import { test } from "node:test";
import { messagesOf } from "../../client_web/recording.js";
import { initialState, newestVerdicts, reduce } from "../../client_web/state.js";

const FACTS = { name: "default", version: "new", labels: ["angry", "sad"], feedback: false, report: null };
const segment = (start_ms, end_ms, label, reason = null) => ({
  start_ms, end_ms, label, reason, confidence: 0.8, scores: { angry: 0.2, sad: 0.8 },
});
const ANALYSIS = {
  audio_ms: 30_000,
  model: "old",
  utterances: [
    { start_ms: 100, end_ms: 9100, segments: [segment(100, 8100, "sad"), segment(8100, 9100, null, "uncertain")] },
    { start_ms: 12_000, end_ms: 13_000, segments: [segment(12_000, 13_000, "angry")] },
  ],
};
const shown = () =>
  [{ type: "page.started", file: "talk.wav" }, ...messagesOf(ANALYSIS, FACTS), { type: "page.ended" }].reduce(reduce, initialState());

test("a recording's answer is drawn as a session's would be", () => {
  const state = shown();
  assert.equal(state.phase, "closed");
  assert.equal(state.lamp, false);
  assert.deepEqual(newestVerdicts(state, 9).map((v) => [v.utterance_id, v.segment, v.label, v.reason, v.final, v.model]), [
    [100, 0, "sad", null, true, "old"],
    [100, 1, null, "uncertain", true, "old"],
    [12_000, 0, "angry", null, true, "old"],
  ]);
  assert.deepEqual([...state.utterances.values()].map((u) => u.endMs), [9100, 13_000]);
});

test("its totals are those of the whole recording", () => {
  const { totals, session } = shown();
  assert.deepEqual([totals.audioMs, totals.speechMs, totals.utterances, totals.segments], [30_000, 10_000, 2, 3]);
  assert.deepEqual(totals.labels, { sad: { segments: 1, ms: 8000 }, angry: { segments: 1, ms: 1000 } });
  assert.deepEqual(session.model, { name: "default", version: "old", labels: ["angry", "sad"] });
});

test("a recording is analysed, the microphone is asked for", () => {
  const file = reduce(initialState(), { type: "page.started", file: "talk.wav" });
  assert.deepEqual([file.phase, file.file.name, file.file.stage], ["connecting", "talk.wav", "reading"]);
  const microphone = reduce(file, { type: "page.started" });
  assert.deepEqual([microphone.phase, microphone.file], ["asking", null]);
});
