import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

// A WebSocket as far as the page uses it; a browser and the real server are in tests/browser.
let sockets;
globalThis.WebSocket = class {
  constructor(url, protocol) {
    Object.assign(this, { url, protocol, sent: [], bufferedAmount: 0, closed: false });
    sockets.push(this);
  }
  send(data) {
    assert.ok(!this.closed, "nothing is sent on a closed socket");
    this.sent.push(typeof data === "string" ? JSON.parse(data) : new Int16Array(data));
  }
  close() {
    this.closed = true;
  }
  say(type, fields = {}) {
    this.onmessage({ data: JSON.stringify({ type, ...fields }) });
  }
  get texts() {
    return this.sent.filter((data) => !(data instanceof Int16Array));
  }
  get samples() {
    return this.sent.filter((data) => data instanceof Int16Array).flatMap((data) => [...data]);
  }
};

const { Link } = await import("../../client_web/link.js");
const { Backoff } = await import("../../client_web/backoff.js");

const RATE = 16000;
const LIMITS = { message_bytes: 65536, resume_ms: 30_000 };
let link, told, now, spoken;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  [sockets, told, now, spoken] = [[], [], 0, 0];
  link = new Link({
    url: new URL("ws://localhost/v1/stream"),
    sampleRate: RATE,
    token: "t",
    settings: { vad: { hangover_ms: 500 }, interim_ms: 0 },
    onMessage: (message) => told.push(message.type),
    onConnection: (state, failure) => told.push(failure ? `${state}: ${failure}` : state),
    onGap: (startMs, endMs) => told.push(["gap", startMs, endMs]),
    onCongestion: (congested) => told.push(congested ? "congested" : "relieved"),
    onClose: (failure) => told.push(["over", failure]),
    backoff: new Backoff(() => 1),
    clock: () => now,
  });
});
afterEach(() => {
  link.finish(null);
  mock.timers.reset();
});

/** Time goes by. */
const wait = (ms) => {
  now += ms;
  mock.timers.tick(ms);
};
/** Sound in which each sample says when it was. */
const speak = (seconds) => {
  for (let block = 0; block < seconds * 10; block += 1) {
    link.sendAudio(Int16Array.from({ length: RATE / 10 }, () => Math.floor(spoken++ / 16) % 30_000).buffer);
  }
};
const newest = () => sockets.at(-1);
const accept = (fields = {}) => {
  newest().onopen();
  newest().say("session.created", { session_id: "s1", limits: LIMITS, ...fields });
};
const cut = (code = 1006) => newest().onclose({ code });
const place = () => newest().texts[0].resume;

test("a first connection that fails is not tried again", () => {
  cut();
  wait(60_000);
  assert.deepEqual(told, ["connecting", "closed: connect_failed", ["over", "connect_failed"]]);
  assert.equal(sockets.length, 1);
});

test("what is said before the session stands is sent then, and in order", () => {
  speak(0.5);
  accept();
  speak(0.5);
  assert.deepEqual(newest().texts, [
    { type: "session.start", sample_rate: RATE, token: "t", vad: { hangover_ms: 500 }, interim_ms: 0 },
  ]);
  assert.deepEqual(newest().samples, Array.from({ length: RATE }, (_, at) => Math.floor(at / 16)));
});

test("after a cut the session goes on where the last answer ended, with the sound before it", () => {
  accept();
  speak(12);
  newest().say("ack", { audio_ms: 8000, keep_ms: 5000 });
  newest().say("utterance.started", { utterance_id: 9000, start_ms: 9000 });
  newest().say("emotion", { utterance_id: 9000, segment: 0, final: false, start_ms: 9000, end_ms: 9900 });
  newest().say("emotion", { utterance_id: 9000, segment: 0, final: true, start_ms: 9000, end_ms: 11_000 });
  cut();
  speak(2);
  wait(250);
  accept({ session_id: "s1", resumed: true });
  assert.deepEqual(place(), { session_id: "s1", from_ms: 5000, answered_ms: 11_000, utterance_id: 9000, segment: 1 });
  assert.equal(newest().samples[0], 5000);
  assert.equal(newest().samples.at(-1), 13_999);
  assert.equal(newest().samples.length, 9 * RATE);
  assert.deepEqual(told.filter((item) => typeof item !== "string"), []);
  assert.deepEqual(told.filter((item) => /open|connect/.test(item)), ["connecting", "open", "reconnecting: connection_lost", "open"]);
});

test("of an utterance that ended, nothing is under way", () => {
  accept();
  speak(4);
  newest().say("utterance.started", { utterance_id: 1000, start_ms: 1000 });
  newest().say("utterance.ended", { utterance_id: 1000, end_ms: 2000, discarded: null });
  cut();
  wait(250);
  newest().onopen();
  assert.deepEqual(place(), { session_id: "s1", from_ms: 0, answered_ms: 2000 });
});

test("a server that leaves in the middle of an utterance does not end it", () => {
  accept();
  speak(3);
  newest().say("utterance.started", { utterance_id: 1000, start_ms: 1000 });
  newest().say("warning", { code: "draining", message: "" });
  newest().say("emotion", { utterance_id: 1000, segment: 0, final: true, start_ms: 1000, end_ms: 2980 });
  newest().say("utterance.ended", { utterance_id: 1000, end_ms: 2980, interrupted: true });
  newest().say("session.closed", { reason: "draining", audio_ms: 3000 });
  cut(1012);
  wait(250);
  accept();
  assert.deepEqual(place(), { session_id: "s1", from_ms: 0, answered_ms: 2980, utterance_id: 1000, segment: 1 });
  assert.ok(!told.includes("warning") && !told.includes("utterance.ended") && !told.includes("session.closed"));
});

for (const [code, failure] of [[4401, "token"], [4403, "origin"], [4410, "too_long"], [4429, "too_fast"], [4408, "idle"]]) {
  test(`a close for ${failure} is not tried again`, () => {
    accept();
    newest().say("error", { code: failure, message: "", fatal: true });
    cut(code);
    wait(60_000);
    assert.equal(sockets.length, 1);
    assert.ok(told.includes("error"));
    assert.deepEqual(told.at(-1), ["over", failure]);
  });
}

for (const code of ["overloaded", "internal", "draining"]) {
  test(`a session that ends for "${code}" is taken up again, and the error not shown`, () => {
    accept();
    newest().say("error", { code, message: "", fatal: true });
    wait(250);
    assert.equal(sockets.length, 2);
    assert.ok(!told.includes("error"));
  });
}

test("waits grow, and a server that is reached but answers nothing does not shorten them", () => {
  accept();
  const delays = [];
  for (let turn = 0; turn < 8; turn += 1) {
    const before = sockets.length;
    cut();
    let waited = 0;
    for (; sockets.length === before; waited += 50) wait(50);
    delays.push(waited);
  }
  assert.deepEqual(delays, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  newest().onopen();
  newest().say("session.created", { session_id: "s1", limits: LIMITS });
  newest().say("ack", { audio_ms: 100 });
  const before = sockets.length;
  cut();
  wait(250);
  assert.equal(sockets.length, before + 1);
});

test("chance makes pages come back one after another", () => {
  const first = [0, 0.5, 1].map((chance) => new Backoff(() => chance).next());
  assert.deepEqual(first, [0, 125, 250]);
});

test("when the network is back there is no waiting", () => {
  accept();
  for (let turn = 0; turn < 6; turn += 1) {
    cut();
    wait(8000);
  }
  cut();
  const before = sockets.length;
  link.hurry();
  assert.equal(sockets.length, before + 1);
  accept();
  wait(8000); // Nothing is left of the wait before.
  link.hurry();
  assert.equal(sockets.length, before + 1);
  assert.equal(newest().closed, false);
});

test("nobody is tried for ever", () => {
  accept();
  for (let turn = 0; turn < 200 && told.at(-1)[0] !== "over"; turn += 1) {
    cut();
    wait(8000);
  }
  assert.deepEqual(told.at(-1), ["over", "connect_failed"]);
  assert.ok(now > 600_000 && now < 700_000);
});

test("more than thirty seconds without an answer are a gap, told once", () => {
  accept();
  speak(10);
  newest().say("utterance.started", { utterance_id: 9000, start_ms: 9000 });
  cut();
  speak(50);
  wait(250);
  accept();
  assert.equal(place().from_ms, 30_000);
  assert.equal(place().answered_ms, 9000);
  assert.equal(newest().samples.length, RATE * 30);
  assert.deepEqual(told.filter((item) => item[0] === "gap"), [["gap", 9000, 30_000]]);
  cut();
  wait(500);
  newest().onopen();
  assert.equal(place().answered_ms, 30_000);
  assert.equal(place().utterance_id, undefined);
});

test("a silent server is asked, and lost if it does not answer", () => {
  accept();
  for (let turn = 0; turn < 13; turn += 1) wait(250);
  assert.deepEqual(newest().texts.at(-1), { type: "session.update" });
  newest().say("session.updated", { config: {} });
  assert.ok(!told.includes("session.updated"));
  for (let turn = 0; turn < 60 && sockets.length === 1; turn += 1) wait(250);
  assert.equal(sockets[0].closed, true);
  assert.ok(now > 10_000 && now < 11_000);
  assert.ok(told.includes("reconnecting: connection_lost"));
});

test("settings that changed hold for the next connection", () => {
  accept();
  link.update({ vad: { hangover_ms: 900 } });
  assert.deepEqual(newest().texts.at(-1), { type: "session.update", vad: { hangover_ms: 900 } });
  link.update({ vad: { aggressiveness: 3 }, interim_ms: 700 });
  newest().say("session.updated", { config: {} });
  assert.ok(told.includes("session.updated"));
  cut();
  wait(250);
  newest().onopen();
  assert.deepEqual(newest().texts[0].vad, { hangover_ms: 900, aggressiveness: 3 });
  assert.equal(newest().texts[0].interim_ms, 700);
});

test("a slow network is told, fed no faster than it takes, and given up with a gap at last", () => {
  accept();
  newest().bufferedAmount = 40_000; // More than a second of sound.
  speak(1);
  link.tick();
  assert.equal(newest().samples.length, 0);
  newest().bufferedAmount = 0;
  link.tick();
  assert.equal(newest().samples.length, RATE);
  newest().bufferedAmount = 40_000;
  speak(1.5);
  assert.ok(told.includes("congested"));
  speak(65);
  assert.ok(told.includes("reconnecting: connection_slow"));
  wait(250);
  accept();
  const [[, startMs, endMs]] = told.filter((item) => item[0] === "gap");
  assert.equal(startMs, 0);
  assert.ok(link.ring.endMs - endMs <= 1000);
  assert.equal(told.at(-1), "relieved");
});

test("stop sends what is left, waits for the answer, and gives the totals of all connections", () => {
  const closed = [];
  link.options.onMessage = (message) => message.type === "session.closed" && closed.push(message);
  accept();
  speak(2);
  newest().say("utterance.started", { utterance_id: 100, start_ms: 100 });
  newest().say("emotion", { utterance_id: 100, segment: 0, final: true, start_ms: 100, end_ms: 900 });
  newest().say("utterance.ended", { utterance_id: 100, end_ms: 900, discarded: null });
  cut();
  wait(250);
  accept();
  newest().bufferedAmount = 1e6;
  speak(1);
  link.stop();
  assert.ok(!newest().texts.some(({ type }) => type === "session.stop"));
  newest().bufferedAmount = 0;
  wait(250);
  assert.deepEqual(newest().sent.at(-1), { type: "session.stop" });
  newest().say("session.closed", { reason: "stopped", audio_ms: 3000, speech_ms: 0, utterances: 0, segments: 0 });
  cut(1000);
  assert.deepEqual(told.at(-1), ["over", null]);
  assert.deepEqual(closed, [{ type: "session.closed", reason: "stopped", audio_ms: 3000, speech_ms: 800, utterances: 1, segments: 1 }]);
});

for (const when of ["before", "after"]) {
  test(`after stop nothing reconnects: the connection is lost ${when} it`, () => {
    accept();
    speak(1);
    if (when === "before") cut();
    link.stop();
    if (when === "after") cut();
    wait(60_000);
    link.hurry();
    assert.equal(sockets.length, 1);
    assert.deepEqual(told.at(-1), ["over", "connection_lost"]);
  });
}

test("a server that does not end the session is not waited for", () => {
  accept();
  link.stop();
  wait(10_000);
  assert.deepEqual(told.at(-1), ["over", "stop_timeout"]);
});

test("what an abandoned connection still says is not heard", () => {
  accept();
  const old = newest();
  cut();
  wait(250);
  accept();
  const count = told.length;
  old.say("utterance.started", { utterance_id: 1, start_ms: 1 });
  old.onclose({ code: 4401 });
  assert.equal(told.length, count);
});
