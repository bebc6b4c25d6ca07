import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Level } from "../../client_web/level.js";
import { createText } from "../../client_web/text.js";

const element = () => ({
  dataset: {}, attributes: {}, style: { setProperty(name, value) { this[name] = value; } },
  setAttribute(name, value) { this.attributes[name] = value; }, textContent: "", title: "",
});
let meter, word, level;
beforeEach(() => {
  [meter, word] = [element(), element()];
  level = new Level({ meter, word, light: element() }, createText("en"));
});
const block = (peak) => ({ pcm: new ArrayBuffer(0), peak, rms: peak / 2 });
const show = (peak, times) => Array.from({ length: times }, () => level.show(block(peak)));

test("the level is shown in decibels, for eyes and for ears", () => {
  level.show(block(1 / 8));
  assert.equal(meter.dataset.db, "-24.1");
  assert.equal(meter.attributes["aria-valuenow"], "-24");
  assert.equal(meter.attributes["aria-valuetext"], "-24 decibels");
});

test("too loud is said for long enough to be read, then taken back", () => {
  show(1, 1);
  assert.equal(word.textContent, "Too loud");
  show(0.3, 37);
  assert.equal(word.dataset.level, "clipped");
  show(0.3, 1);
  assert.equal(word.textContent, "");
});

test("six seconds of next to nothing are too quiet; a pause is not, and one word takes it back", () => {
  show(0.2, 1);
  show(0.001, 59);
  assert.equal(word.textContent, "");
  show(0.001, 1);
  assert.equal(word.textContent, "Too quiet");
  show(0.2, 1);
  assert.equal(word.textContent, "");
});

test("when nobody listens nothing is said", () => {
  show(1, 1);
  level.show(null);
  assert.deepEqual([word.textContent, meter.dataset.db, meter.dataset.clipped], ["", "-60.0", "false"]);
});
