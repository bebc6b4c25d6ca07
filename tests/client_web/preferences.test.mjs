import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DEFAULTS,
  readPreferences,
  resetPreferences,
  savePreferences,
  sessionSettings,
  storageOf,
  updatedSettings,
} from "../../client_web/preferences.js";

const store = (content) => ({
  content,
  getItem() { return this.content ?? null; },
  setItem(_key, value) { this.content = value; },
});
const CHOSEN = {
  ...DEFAULTS, language: "es", theme: "dark", deviceId: "usb", echoCancellation: true,
  hangoverMs: 700, aggressiveness: 3, interimMs: 0, corrections: ["0123456789abcdef0123456789abcdef"],
};

test("what was chosen is there again", () => {
  const storage = store();
  savePreferences(storage, CHOSEN);
  assert.deepEqual(readPreferences(storage), CHOSEN);
});

test("nothing stored, or nothing that can be, is how it comes", () => {
  assert.deepEqual(readPreferences(store()), DEFAULTS);
  assert.deepEqual(readPreferences(null), DEFAULTS);
  const closed = { getItem() { throw new Error("no"); }, setItem() { throw new Error("full"); } };
  assert.deepEqual(readPreferences(closed), DEFAULTS);
  savePreferences(closed, CHOSEN);
  assert.equal(storageOf({ get localStorage() { throw new Error("SecurityError"); } }), null);
});

test("of what is stored, only what is sound is taken", () => {
  for (const broken of ["", "null", "7", "[]", "{", '"x"']) assert.deepEqual(readPreferences(store(broken)), DEFAULTS, broken);
  const odd = { language: 7, theme: "pink", deviceId: {}, echoCancellation: "yes", hangoverMs: 1e9, aggressiveness: 1.5,
    interimMs: "0", corrections: ["../../etc", 5, CHOSEN.corrections[0]], other: true };
  assert.deepEqual(readPreferences(store(JSON.stringify(odd))), { ...DEFAULTS, corrections: CHOSEN.corrections });
});

test("a reset keeps what takes corrections back", () => {
  assert.deepEqual(resetPreferences(CHOSEN), { ...DEFAULTS, corrections: CHOSEN.corrections });
});

test("a session is asked for what was chosen, and else for nothing", () => {
  const wire = (settings) => JSON.parse(JSON.stringify(settings));
  assert.deepEqual(wire(sessionSettings(DEFAULTS)), { vad: {} });
  assert.deepEqual(wire(sessionSettings(CHOSEN)), { vad: { hangover_ms: 700, aggressiveness: 3 }, interim_ms: 0 });
});

test("an update takes back what is no longer chosen, and leaves alone what never was", () => {
  const wire = (settings) => JSON.parse(JSON.stringify(settings));
  assert.deepEqual(wire(updatedSettings(CHOSEN, DEFAULTS)), { vad: { hangover_ms: 400, aggressiveness: 2 }, interim_ms: 1000 });
  assert.deepEqual(wire(updatedSettings(DEFAULTS, { ...DEFAULTS, hangoverMs: 900 })), { vad: { hangover_ms: 900 } });
  assert.deepEqual(wire(updatedSettings(DEFAULTS, DEFAULTS)), { vad: {} });
});
