import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { ERROR, REASONS, WARNING } from "../../client_web/protocol.js";
import { TABLES, chooseLanguage, createText } from "../../client_web/text.js";

const ENGLISH = TABLES.en;
const ROOT = new URL("../../client_web/", import.meta.url);
const read = (name) => readFileSync(new URL(name, ROOT), "utf8");
const has = (key) => assert.ok(Object.hasOwn(ENGLISH, key), `text.js has no ${key}`);

test("every code that the server may send has its sentence", () => {
  for (const code of Object.values(ERROR)) has(`error_${code}`);
  for (const code of Object.values(WARNING)) has(`warning_${code}`);
  for (const reason of REASONS) {
    has(`reason_${reason}`);
    has(`why_${reason}`);
  }
});

test("every failure that the page names has its sentence", () => {
  const scripts = readdirSync(ROOT).filter((name) => name.endsWith(".js") && !name.startsWith("text_"));
  const pattern = /"((?:mic|connect|connection|stop|upload|file)_[a-z_]+|unknown|no_consent)"/g;
  const codes = scripts.flatMap((name) => [...read(name).matchAll(pattern)].map((match) => match[1]));
  assert.ok(new Set(codes).size >= 18, `found only ${codes}`);
  for (const code of codes) assert.ok([`error_${code}`, `warning_${code}`, code].some((key) => Object.hasOwn(ENGLISH, key)), code);
});

test("every refusal of a recording or a correction has its sentence", () => {
  const refusals = ["not_audio", "unsupported", "empty", "broken", "bad_samples", "too_slow", "too_short", "no_consent",
    "bad_feedback", "bad_label", "bad_form", "storage_full", "not_found", "file_too_long", "file_too_big"];
  for (const code of refusals) has(`error_${code}`);
});

test("every key that the page asks for is in the table", () => {
  const scripts = readdirSync(ROOT).filter((name) => name.endsWith(".js"));
  const keys = scripts.flatMap((name) => [...read(name).matchAll(/\b(?:say|group|ticked)\((?:this\.\w+, )?\s*"(\w+)"/g)].map((match) => match[1]));
  const marked = [...read("index.html").matchAll(/data-text="(\w+)"/g)].map((match) => match[1]);
  assert.ok(keys.length > 60 && marked.length > 10);
  for (const key of [...keys, ...marked]) has(key);
  const phases = ["idle", "asking", "connecting", "listening", "stopping", "closed", "error"];
  for (const phase of phases) ["state", "hero"].forEach((kind) => has(`${kind}_${phase}`));
  for (const stage of ["reading", "sending", "analysing", "done"]) has(`file_${stage}`);
});

test("all languages have the same keys and the same values in them", () => {
  const values = (sentence) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const table of Object.values(TABLES)) {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(ENGLISH).sort());
    for (const [key, sentence] of Object.entries(table)) assert.deepEqual(values(sentence), values(ENGLISH[key]));
  }
});

test("values are put in", () => {
  const text = createText("en");
  assert.equal(text.say("latency", { ms: 42 }), "Delay 42 ms");
  assert.equal(text.percent(0.816), "82%");
  assert.equal(text.seconds(3149), "3.1 s");
  const times = { speech: "0:02", audio: "0:05" };
  assert.match(text.sayCount("summary_spoken", 1, times), /^1 utterance: 0:02 /);
  assert.match(text.sayCount("summary_spoken", 2, times), /^2 utterances: 0:02 /);
});

test("times read as clocks do", () => {
  const { clock } = createText("en");
  assert.deepEqual([0, 7999, 60_000, 3_599_000, 3_600_000, 3_671_000].map(clock),
    ["0:00", "0:07", "1:00", "59:59", "1:00:00", "1:01:11"]);
});

test("what a newer server or another model says is shown as it comes", () => {
  const text = createText("en");
  assert.equal(text.label("disgust"), "Disgusted");
  assert.equal(text.label("surprised"), "Surprised");
  assert.equal(text.error({ code: "new_code", message: "told by the server" }), "told by the server");
  assert.equal(text.error({ code: "new_code" }), ENGLISH.error_unknown);
  assert.equal(text.warning({ code: "bad_audio" }), ENGLISH.error_bad_audio);
  assert.equal(text.reason("new_reason"), ENGLISH.reason_uncertain);
});

test("the first language that there is a table for is chosen, and English otherwise", () => {
  assert.equal(chooseLanguage(["fr-FR", "es-MX", "en"]), "es");
  assert.equal(chooseLanguage(["en-GB", "es"]), "en");
  assert.equal(chooseLanguage(["zz"]), "en");
  assert.equal(chooseLanguage([]), "en");
});

test("a language is changed in place, numbers and times with it", () => {
  const text = createText("en", { host: "here:1" });
  const { say } = text;
  assert.match(say("notice_where"), /on this server, here:1,/);
  text.use("es");
  assert.equal(text.language, "es");
  assert.match(say("notice_where"), /en este servidor, here:1,/);
  assert.equal(text.seconds(3149), "3,1 s");
  assert.equal(text.label("sad"), "Tristeza");
  assert.match(text.percent(0.5), /^50\s%$/);
  text.use("zz");
  assert.equal(text.language, "en");
});
