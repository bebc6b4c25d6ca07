import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MOST_UTTERANCES,
  countVerdicts,
  findVerdict,
  initialState,
  isAtRest,
  newestVerdicts,
  reduce,
} from "../../client_web/state.js";

const MODEL = { name: "default", version: "1", labels: ["angry", "sad"] };
const CREATED = { type: "session.created", session_id: "s", model: MODEL, config: {}, limits: {} };

const began = (id) => ({ type: "utterance.started", utterance_id: id, start_ms: id });
const ended = (id, end_ms, discarded = null) => ({
  type: "utterance.ended", utterance_id: id, end_ms, discarded,
});
const emotion = (id, segment, final, end_ms, label = "sad", reason = null) => ({
  type: "emotion", utterance_id: id, segment, final, start_ms: id, end_ms, label, reason,
  confidence: 0.8, scores: { angry: 0.2, sad: 0.8 }, model: "1", latency_ms: 30,
});
const after = (...actions) => actions.reduce(reduce, initialState());
const LISTENING = [{ type: "page.started" }, { type: "page.captured" }, CREATED];

test("a session goes from asking to closed", () => {
  const actions = [...LISTENING, { type: "page.stopping" }, { type: "page.ended" }];
  const phases = actions.map((_, at) => after(...actions.slice(0, at + 1)).phase);
  assert.deepEqual(phases, ["asking", "connecting", "listening", "stopping", "closed"]);
  assert.ok(isAtRest(after(...actions)));
  assert.ok(!isAtRest(after(...LISTENING)));
});

test("a session that is created after Stop is not listened to", () => {
  const [started, captured, created] = LISTENING;
  assert.equal(after(started, captured, { type: "page.stopping" }, created).phase, "stopping");
});

test("the lamp follows speech and takes itself back", () => {
  assert.ok(after(...LISTENING, began(100)).lamp);
  assert.ok(!after(...LISTENING, began(100), ended(100, 900)).lamp);
  assert.ok(!after(...LISTENING, began(100), ended(100, 300, "too_short")).lamp);
  assert.ok(!after(...LISTENING, began(100), { type: "page.ended" }).lamp);
});

test("what was no speech after all leaves nothing behind", () => {
  const first = [began(0), emotion(0, 0, true, 900), ended(0, 900)];
  const state = after(...LISTENING, ...first, began(2000), emotion(2000, 0, false, 3000, "angry"),
    ended(2000, 3200, "too_short"));
  assert.deepEqual([...state.utterances.keys()], [0]);
  assert.equal(state.current.utterance_id, 0);
  assert.equal(state.totals.utterances, 1);
});

test("a final verdict replaces the interim one, and a late interim changes nothing", () => {
  const final = after(...LISTENING, began(0), emotion(0, 0, false, 1000, "angry"), emotion(0, 0, true, 1900));
  assert.deepEqual(newestVerdicts(final, 9).map((verdict) => verdict.label), ["sad"]);
  assert.equal(reduce(final, emotion(0, 0, false, 1500, "angry")), final);
});

test("a verdict that a resumed session repeats is counted once", () => {
  const once = after(...LISTENING, began(0), emotion(0, 0, true, 900), ended(0, 900));
  const again = [began(0), emotion(0, 0, true, 900), ended(0, 900)].reduce(reduce, once);
  assert.deepEqual(again.totals, once.totals);
  assert.equal(countVerdicts(again), 1);
});

test("a long utterance has a verdict for each segment, in order", () => {
  const state = after(...LISTENING, began(0), emotion(0, 0, true, 8000), emotion(0, 1, true, 9000, "angry"),
    began(9500), emotion(9500, 0, false, 9900));
  assert.deepEqual(newestVerdicts(state, 9).map((v) => [v.utterance_id, v.segment]), [[0, 0], [0, 1], [9500, 0]]);
  assert.deepEqual(newestVerdicts(state, 2).map((v) => [v.utterance_id, v.segment]), [[0, 1], [9500, 0]]);
});

test("totals count final verdicts, by label and by reason", () => {
  const { totals } = after(...LISTENING,
    began(0), emotion(0, 0, false, 500), emotion(0, 0, true, 1000), ended(0, 1000),
    began(2000), emotion(2000, 0, true, 2400, null, "uncertain"), ended(2000, 2400));
  assert.deepEqual(totals.labels, { sad: { segments: 1, ms: 1000 } });
  assert.deepEqual(totals.reasons, { uncertain: { segments: 1, ms: 400 } });
  assert.deepEqual([totals.utterances, totals.segments, totals.speechMs], [2, 2, 1400]);
});

test("the server's totals have the last word", () => {
  const closed = { type: "session.closed", reason: "stop", audio_ms: 9000, speech_ms: 4000, utterances: 3, segments: 5 };
  const { totals } = after(...LISTENING, began(0), emotion(0, 0, true, 1000), closed);
  assert.deepEqual([totals.audioMs, totals.speechMs, totals.utterances, totals.segments], [9000, 4000, 3, 5]);
  assert.deepEqual(totals.labels, { sad: { segments: 1, ms: 1000 } });
});

test("a fatal error outlives the close that follows it; another one does not end the session", () => {
  const fatal = { type: "error", code: "idle", message: "no audio", fatal: true };
  const ended = after(...LISTENING, fatal, { type: "page.ended", failure: { code: "connection_lost" } });
  assert.deepEqual([ended.phase, ended.failure.code], ["error", "idle"]);
  const mild = after(...LISTENING, { ...fatal, code: "bad_audio", fatal: false });
  assert.deepEqual([mild.phase, mild.failure, mild.warning.code], ["listening", null, "bad_audio"]);
});

test("a token is asked for until a session stands", () => {
  const refused = after(...LISTENING, { type: "page.ended", failure: { code: "token" } });
  assert.ok(refused.tokenWanted);
  const again = reduce(refused, { type: "page.started" });
  assert.ok(again.tokenWanted && again.failure === null);
  assert.ok(!reduce(again, CREATED).tokenWanted);
});

test("a passing warning goes with the next final verdict, a lasting one stays", () => {
  const warn = (code) => ({ type: "warning", code, message: "" });
  assert.equal(after(...LISTENING, warn("quiet"), emotion(0, 0, false, 900)).warning.code, "quiet");
  assert.equal(after(...LISTENING, warn("quiet"), emotion(0, 0, true, 900)).warning, null);
  assert.equal(after(...LISTENING, warn("ending"), emotion(0, 0, true, 900)).warning.code, "ending");
});

test("congestion is told and taken back, without touching another warning", () => {
  const congested = (on) => ({ type: "page.congested", congested: on });
  const told = after(...LISTENING, congested(true));
  assert.equal(told.warning.code, "congested");
  assert.equal(reduce(told, congested(false)).warning, null);
  const other = reduce(told, { type: "warning", code: "ending", message: "" });
  assert.equal(reduce(other, congested(false)).warning.code, "ending");
});

test("the model may change, and acks only go forward", () => {
  const changed = after(...LISTENING, { type: "model.changed", model: { ...MODEL, version: "2" } });
  assert.equal(changed.session.model.version, "2");
  const ack = (audio_ms) => ({ type: "ack", audio_ms });
  assert.equal(after(...LISTENING, ack(500), ack(300)).ackMs, 500);
});

test("a message of a later version changes nothing", () => {
  const state = after(...LISTENING);
  assert.equal(reduce(state, { type: "something.new", value: 1 }), state);
});

test("a cut is told until the connection stands again, and no other warning with it", () => {
  const connection = (state) => ({ type: "page.connection", state });
  const cut = after(...LISTENING, connection("reconnecting"));
  assert.deepEqual([cut.phase, cut.connection, cut.warning.code], ["listening", "reconnecting", "connection_cut"]);
  assert.equal(reduce(cut, connection("open")).warning, null);
  const ending = reduce(cut, { type: "warning", code: "ending", message: "" });
  assert.equal(reduce(ending, connection("open")).warning.code, "ending");
});

test("a session that goes on over another connection keeps what was said", () => {
  const state = after(...LISTENING, began(0), emotion(0, 0, true, 900), { ...CREATED, resumed: true });
  assert.equal(state.phase, "listening");
  assert.equal(countVerdicts(state), 1);
});

test("a warning of the page is taken back alone", () => {
  const muted = (on) => ({ type: "page.warned", code: "mic_muted", on });
  assert.equal(after(...LISTENING, muted(true)).warning.code, "mic_muted");
  assert.equal(after(...LISTENING, muted(true), muted(false)).warning, null);
  const ending = { type: "warning", code: "ending", message: "" };
  assert.equal(after(...LISTENING, muted(true), ending, muted(false)).warning.code, "ending");
});

test("gaps are kept in order", () => {
  const gap = (startMs, endMs) => ({ type: "page.gap", startMs, endMs });
  assert.deepEqual(after(...LISTENING, gap(10, 20), gap(50, 90)).gaps, [{ startMs: 10, endMs: 20 }, { startMs: 50, endMs: 90 }]);
});

test("settings, microphone and model outlive a session; what was said and corrected does not", () => {
  const key = { utteranceId: 0, segment: 0 };
  const state = after(...LISTENING, began(0), emotion(0, 0, true, 900),
    { type: "page.settings", preferences: { ...initialState().preferences, hangoverMs: 900 } },
    { type: "page.microphone", change: { devices: [{ id: "usb", name: "USB" }] } },
    { type: "page.model", facts: MODEL },
    { type: "page.selected", key },
    { type: "page.corrected", key, correction: { stage: "kept", label: "angry", id: "1" } });
  assert.equal(state.corrections.get("0:0").label, "angry");
  assert.equal(findVerdict(state, state.selected).label, "sad");
  const next = reduce(state, { type: "page.started" });
  assert.equal(next.preferences.hangoverMs, 900);
  assert.deepEqual(next.microphone.devices, [{ id: "usb", name: "USB" }]);
  assert.equal(next.model, MODEL);
  assert.deepEqual([next.selected, next.corrections.size, next.utterances.size], [null, 0, 0]);
  assert.equal(findVerdict(next, key), null);
});

test("what the browser applied, and an interruption, end with the session", () => {
  const tell = (change) => ({ type: "page.microphone", change });
  const state = after(...LISTENING, tell({ applied: { echoCancellation: true } }), tell({ interrupted: true }));
  assert.deepEqual(state.microphone, { devices: [], applied: { echoCancellation: true }, interrupted: true });
  const ended = reduce(state, { type: "page.ended" });
  assert.deepEqual([ended.microphone.applied, ended.microphone.interrupted, ended.connection], [null, false, "closed"]);
});

test("starting anew forgets the session before", () => {
  const state = after(...LISTENING, began(0), emotion(0, 0, true, 900), { type: "page.started" });
  assert.deepEqual(state, { ...initialState(), phase: "asking" });
});

test("hours of talk are kept within a bound, and what is forgotten is counted", () => {
  let state = after(...LISTENING);
  for (let id = 0; id < MOST_UTTERANCES + 10; id += 1) state = reduce(state, emotion(id, 0, true, id + 1));
  assert.equal(state.utterances.size, MOST_UTTERANCES);
  assert.equal(state.forgotten, 10);
  assert.equal(countVerdicts(state), MOST_UTTERANCES + 10);
  assert.equal(state.totals.segments, MOST_UTTERANCES + 10);
});

test("the reducer never changes what it was given", () => {
  const freeze = (value) => {
    if (value && typeof value === "object" && !(value instanceof Map) && !Object.isFrozen(value)) {
      Object.freeze(value);
      Object.values(value).forEach(freeze);
    }
    return value;
  };
  const actions = [...LISTENING, began(0), emotion(0, 0, false, 900), emotion(0, 0, true, 1900), ended(0, 1900)];
  let state = freeze(initialState());
  for (const action of actions) {
    const before = new Map(state.utterances);
    const next = freeze(reduce(state, freeze(action)));
    assert.deepEqual(state.utterances, before);
    state = next;
  }
});
