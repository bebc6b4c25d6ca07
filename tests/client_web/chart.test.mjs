import assert from "node:assert/strict";
import { test } from "node:test";
import {
  columnsOf, inSight, keyOf, neighbour, openSince, spanAt, spansOf, ticksOf, toneOf,
} from "../../client_web/chart_spans.js";
import {
  LONGEST_MS, SHORTEST_MS, follow, goHome, goLive, initialWindow, pan, reveal, shareOf, showAll, zoom,
} from "../../client_web/chart_window.js";
import { initialState, reduce } from "../../client_web/state.js";

const HOUR = 3_600_000;
const close = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1, `${actual} is not ${expected}`);

test("a live window fills up from zero, then moves along with the newest sound at its end", () => {
  const window = initialWindow(700);
  assert.equal(follow(window, 5000).startMs, 0);
  const later = follow(window, 100_000);
  assert.ok(later.live && later.startMs > 60_000);
  assert.ok(shareOf(later, 100_000) > 0.9 && shareOf(later, 100_000) < 1);
});

test("a narrow chart shows less time at first, so that words fit in", () => {
  assert.ok(initialWindow(320).lengthMs < initialWindow(900).lengthMs);
  for (const width of [0, 200, 5000]) {
    const { lengthMs } = initialWindow(width);
    assert.ok(lengthMs >= 10_000 && lengthMs <= 60_000, `${lengthMs}`);
  }
});

test("a touched window stays where it is, until it is live again", () => {
  const touched = pan(follow(initialWindow(700), 100_000), -0.5, 100_000);
  assert.ok(!touched.live);
  assert.equal(follow(touched, 200_000), touched);
  assert.ok(shareOf(goLive(touched, 200_000), 200_000) < 1);
});

test("panning stops at the beginning and at the newest sound", () => {
  const window = follow(initialWindow(700), 100_000);
  assert.equal(pan(window, -9, 100_000).startMs, 0);
  assert.equal(pan(window, 9, 100_000).startMs, window.startMs);
  assert.equal(goHome(window).startMs, 0);
  assert.ok(!goHome(window).live);
});

test("zooming keeps what is under the pointer in its place", () => {
  const window = pan(follow(initialWindow(700), HOUR), -20, HOUR);
  const at = window.startMs + 0.3 * window.lengthMs;
  for (const factor of [0.5, 3]) close(shareOf(zoom(window, factor, 0.3, HOUR), at) * 1e4, 3000);
});

test("zooming while live keeps following", () => {
  const window = follow(initialWindow(700), 100_000);
  const nearer = zoom(window, 0.5, 0, 100_000);
  assert.ok(nearer.live);
  assert.equal(nearer.lengthMs, window.lengthMs / 2);
  close(shareOf(nearer, 100_000) * 1e4, shareOf(window, 100_000) * 1e4);
});

test("from seconds to an hour, and all of a longer session", () => {
  const window = initialWindow(700);
  assert.equal(zoom(window, 1e-9, 0, HOUR).lengthMs, SHORTEST_MS);
  assert.ok(SHORTEST_MS <= 5000);
  assert.ok(zoom(window, 1e9, 0, 1000).lengthMs === LONGEST_MS && LONGEST_MS >= HOUR);
  const all = showAll(window, 2 * HOUR);
  assert.equal(all.startMs, 0);
  assert.ok(all.lengthMs > 2 * HOUR);
  assert.ok(zoom(all, 2, 0.5, 2 * HOUR).lengthMs >= all.lengthMs);
});

test("a segment is brought in sight, by moving no more than that takes", () => {
  const window = pan(follow(initialWindow(700), HOUR), -30, HOUR);
  const { startMs, lengthMs } = window;
  assert.equal(reveal(window, startMs + 10, startMs + 2000, HOUR), window);
  for (const at of [startMs - 90_000, startMs + lengthMs - 500, startMs + 400_000]) {
    const moved = reveal(window, at, at + 2000, HOUR);
    assert.ok(shareOf(moved, at) >= 0 && shareOf(moved, at + 2000) <= 1);
    assert.equal(moved.lengthMs, lengthMs);
  }
  for (const from of [60_000, startMs + 5000]) {
    const long = reveal(window, from, from + 2 * lengthMs, HOUR);
    assert.ok(shareOf(long, from) >= 0, "the beginning of what is longer than the window");
  }
});

const began = (id) => ({ type: "utterance.started", utterance_id: id, start_ms: id });
const ended = (id, end_ms) => ({ type: "utterance.ended", utterance_id: id, end_ms, discarded: null });
const emotion = (id, segment, final, start_ms, end_ms, label = "sad", reason = null) => ({
  type: "emotion", utterance_id: id, segment, final, start_ms, end_ms, label, reason,
  confidence: 0.8, scores: { angry: 0.2, sad: 0.8 }, model: "1", latency_ms: 30,
});
const after = (...actions) => actions.reduce(reduce, initialState());

test("each segment with a verdict is a span; what has a reason has no tone", () => {
  const state = after(began(0), emotion(0, 0, true, 0, 3000), emotion(0, 1, true, 3000, 4000, null, "too_short"),
    ended(0, 4000), began(6000), emotion(6000, 0, false, 6000, 7000, "angry"));
  const spans = spansOf(state);
  assert.deepEqual(spans.map(({ key }) => key), ["0:0", "0:1", "6000:0"]);
  assert.deepEqual(spans.map(({ tone }) => tone), ["sad", "none", "angry"]);
  assert.deepEqual(spans.map(({ final }) => final), [true, true, false]);
  assert.deepEqual([spans[1].startMs, spans[1].endMs], [3000, 4000]);
  assert.equal(keyOf(spans[1].verdict), "0:1");
});

test("speech without a verdict is open from the last verdict on, while somebody speaks", () => {
  assert.equal(openSince(after()), null);
  assert.equal(openSince(after(began(500))), 500);
  assert.equal(openSince(after(began(500), emotion(500, 0, false, 500, 1500))), 1500);
  assert.equal(openSince(after(began(500), emotion(500, 0, true, 500, 1500), ended(500, 1500))), null);
});

/** A second of speech every two seconds: 0 to 1, 2 to 3, ... */
const TONES = ["sad", "happy", "none"];
const SPANS = Array.from({ length: 1000 }, (_, at) => ({
  key: `${at * 2000}:0`, startMs: at * 2000, endMs: at * 2000 + 1000, tone: TONES[at % 3], final: at !== 999, verdict: { at },
}));

test("only what is in sight is taken, its edges included", () => {
  const keys = inSight(SPANS, { startMs: 500, lengthMs: 4000 }).map(({ key }) => key);
  assert.deepEqual(keys, ["0:0", "2000:0", "4000:0"]);
  assert.deepEqual(inSight(SPANS, { startMs: 1000, lengthMs: 1000 }), []);
  assert.equal(inSight(SPANS, { startMs: 0, lengthMs: 1e9 }).length, 1000);
  assert.deepEqual(inSight([], { startMs: 0, lengthMs: 1000 }), []);
});

test("a press hits the span below it, or the nearest within reach", () => {
  assert.equal(spanAt(SPANS, 2500, 0)?.key, "2000:0");
  assert.equal(spanAt(SPANS, 1400, 0), null);
  assert.equal(spanAt(SPANS, 1300, 300)?.key, "0:0");
  assert.equal(spanAt(SPANS, 1800, 300)?.key, "2000:0");
  assert.equal(spanAt(SPANS, 1500, 300), null);
  assert.equal(spanAt(SPANS, 1e9, 300), null);
  assert.equal(spanAt([], 0, 300), null);
});

test("one steps from segment to segment, from the newest if none is chosen", () => {
  assert.equal(neighbour(SPANS, null, -1)?.key, "1998000:0");
  assert.equal(neighbour(SPANS, "2000:0", -1)?.key, "0:0");
  assert.equal(neighbour(SPANS, "2000:0", 1)?.key, "4000:0");
  assert.equal(neighbour(SPANS, "0:0", -1)?.key, "0:0");
  assert.equal(neighbour([], null, 1), null);
});

test("columns share their time among tones, on a grid that does not move with the window", () => {
  const window = { startMs: 1500, lengthMs: 9000 };
  const { first, columns } = columnsOf(inSight(SPANS, window), window, 4000);
  assert.equal(first, 0);
  assert.equal(columns.length, 3);
  // From 4 s to 8 s: a second of "none", one of "sad".
  assert.deepEqual(columns[1].tones, { none: 0.25, sad: 0.25 });
  assert.equal(columns[1].total, 0.5);
  const moved = columnsOf(inSight(SPANS, { startMs: 2600, lengthMs: 9000 }), { startMs: 2600, lengthMs: 9000 }, 4000);
  assert.deepEqual(moved.columns[1], columns[1]);
});

test("a column has the tone of most of its speech, and none where it is mostly silent", () => {
  const column = (tones) => ({ total: Object.values(tones).reduce((a, b) => a + b, 0), tones, interim: 0 });
  assert.equal(toneOf(column({ sad: 0.3, happy: 0.5 })), "happy");
  assert.equal(toneOf(column({ sad: 0.3 })), null);
  assert.equal(toneOf(column({})), null);
});

test("interim speech in a column is known as such", () => {
  const window = { startMs: 1_998_000, lengthMs: 1000 };
  assert.equal(columnsOf(inSight(SPANS, window), window, 1000).columns[0].interim, 1);
});

test("ticks are round times, and no more than there is room for", () => {
  assert.deepEqual(ticksOf({ startMs: 2500, lengthMs: 9000 }, 5), [4000, 6000, 8000, 10_000]);
  assert.deepEqual(ticksOf({ startMs: 0, lengthMs: HOUR }, 7), [0, 1, 2, 3, 4, 5, 6].map((ten) => ten * 600_000));
  for (let lengthMs = 3000; lengthMs < 20 * HOUR; lengthMs *= 1.37) {
    for (const most of [1, 4, 12]) assert.ok(ticksOf({ startMs: 777, lengthMs }, most).length <= most + 1);
  }
});
