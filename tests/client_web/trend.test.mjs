import assert from "node:assert/strict";
import { test } from "node:test";
import { TREND_MS, areaOf, trendsOf } from "../../client_web/trend.js";

const LABELS = ["angry", "sad"];
const span = (startMs, endMs, tone, final = true) => ({ key: `${startMs}:0`, startMs, endMs, tone, final, verdict: {} });
const trendOf = (tone, ...rest) => trendsOf(...rest).find((trend) => trend.tone === tone);

test("shares are of the time of speech, and come to one", () => {
  const spans = [span(0, 3000, "sad"), span(5000, 6000, "angry"), span(8000, 9000, "none")];
  const trends = trendsOf(spans, 10_000, LABELS);
  assert.deepEqual(trends.map(({ tone }) => tone), ["angry", "sad", "none"]);
  assert.deepEqual(trends.map(({ share }) => share), [0.2, 0.6, 0.2]);
});

test("only the last minutes count", () => {
  const spans = [span(0, 10_000, "sad"), span(TREND_MS, TREND_MS + 5000, "angry")];
  assert.equal(trendOf("angry", spans, TREND_MS + 5000, LABELS).share, 0.5);
  assert.equal(trendOf("angry", spans, TREND_MS + 10_000, LABELS).share, 1);
});

test("interim verdicts do not count yet", () => {
  assert.equal(trendOf("angry", [span(0, 1000, "sad"), span(2000, 9000, "angry", false)], 9000, LABELS).share, 0);
});

test("every label of the model has its line; the nameless one only where it is", () => {
  assert.deepEqual(trendsOf([span(0, 1000, "sad")], 2000, LABELS).map(({ tone }) => tone), LABELS);
  assert.deepEqual(trendsOf([], 2000, LABELS).map(({ share }) => share), [0, 0]);
});

test("a line is the share of the last minute at each moment, null where nobody spoke", () => {
  const now = 600_000;
  const spans = [span(now - 200_000, now - 190_000, "sad"), span(now - 50_000, now - 40_000, "angry")];
  const { line } = trendOf("sad", spans, now, LABELS);
  const at = (ms) => line[((TREND_MS + ms) / TREND_MS) * (line.length - 1)];
  assert.equal(at(-250_000), null);
  assert.equal(at(-190_000), 1);
  assert.equal(at(-150_000), 1);
  assert.equal(at(-100_000), null);
  assert.equal(at(0), 0);
  assert.equal(trendOf("angry", spans, now, LABELS).line.at(-1), 1);
});

test("while the session is short, so is the trend: it fills the whole width", () => {
  const { line } = trendOf("sad", [span(0, 40_000, "sad")], 40_000, LABELS);
  assert.equal(line[0], null);
  assert.ok(line.slice(1).every((share) => share === 1));
});

test("an area goes up from the ground and back to it, in as many pieces as there are", () => {
  assert.equal(areaOf([0, 1, 0.5], 20, 10), "M0.0 10L0.0 10.0L10.0 0.0L20.0 5.0L20.0 10Z");
  assert.equal(areaOf([null, null], 20, 10), "");
  assert.equal(areaOf([1, null, 1], 20, 10).match(/M/g)?.length, 2);
});
