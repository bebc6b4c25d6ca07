// @ts-check
/**
 * What the page knows: a pure reducer, (state, action) -> state. No DOM, no clock, no network.
 * Actions are the server's messages as they come, and the page's own, whose types begin with
 * "page.". What it does not know it returns unchanged.
 */
import { DEFAULTS } from "./preferences.js";
import { SERVER } from "./protocol.js";
import { close, discard, judge, start } from "./utterances.js";

export { MOST_UTTERANCES, countVerdicts, findVerdict, newestVerdicts } from "./utterances.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./protocol.js").SessionCreated} SessionCreated */
/** @typedef {"idle"|"asking"|"connecting"|"listening"|"stopping"|"closed"|"error"} Phase */
/** @typedef {"closed"|"connecting"|"open"|"reconnecting"} Connection */
/** @typedef {{code: string, message?: string}} Failure `code` is a key of the text table */
/** @typedef {{utteranceId: number, segment: number}} SegmentKey */
/** @typedef {{startMs: number, endMs: number}} Gap sound that was lost on the way */
/**
 * One stretch of speech. `verdicts` by segment number, the newest of each.
 * @typedef {object} Utterance
 * @property {number} id
 * @property {number} startMs
 * @property {number | null} endMs
 * @property {ReadonlyMap<number, Emotion>} verdicts
 */
/** @typedef {{segments: number, ms: number}} Share */
/**
 * `audioMs` and `speechMs` are known when the session is closed, or else counted so far.
 * `labels` and `reasons` count final verdicts alone.
 * @typedef {object} Totals
 * @property {number} audioMs
 * @property {number} speechMs
 * @property {number} utterances
 * @property {number} segments
 * @property {Readonly<Record<string, Share>>} labels
 * @property {Readonly<Record<string, Share>>} reasons
 */
/**
 * The microphone. `applied` is what the browser really set, which may differ from what was asked;
 * null while none is open.
 * @typedef {object} MicrophoneState
 * @property {readonly {id: string, name: string}[]} devices known after permission alone
 * @property {MediaTrackSettings | null} applied
 * @property {boolean} interrupted by the system (a call, a locked phone): a tap goes on
 */
/**
 * A recording instead of the microphone. `share` is how much of it was sent, from 0 to 1.
 * @typedef {{name: string, stage: "reading"|"sending"|"analysing"|"done", share: number}} FileState
 */
/**
 * What became of a correction; `id` is what it is withdrawn by.
 * @typedef {object} Correction
 * @property {"sending"|"kept"|"withdrawing"|"withdrawn"|"failed"} stage
 * @property {string} label what it was, as the person says
 * @property {string} [note]
 * @property {string} [id]
 * @property {Failure} [failure]
 */
/**
 * @typedef {object} State
 * @property {Phase} phase
 * @property {Connection} connection
 * @property {Failure | null} failure why listening ended or could not begin
 * @property {Failure | null} warning something to know while listening
 * @property {boolean} tokenWanted the server asked for a token
 * @property {SessionCreated | null} session
 * @property {boolean} lamp someone is speaking
 * @property {ReadonlyMap<number, Utterance>} utterances by id, in order
 * @property {number} forgotten verdicts that are no longer kept
 * @property {Emotion | null} current the newest verdict
 * @property {Emotion | null} lastFinal the newest final verdict
 * @property {SegmentKey | null} selected the segment that a person looks at
 * @property {readonly Gap[]} gaps in order of time
 * @property {number} ackMs everything before is answered; where a resumed session would go on
 * @property {Totals} totals
 * @property {FileState | null} file what is, or was, analysed, unless it is the microphone
 * @property {ReadonlyMap<string, Correction>} corrections by `keyOf` their segment
 * @property {import("./preferences.js").Preferences} preferences outlive a session, and the page
 * @property {MicrophoneState} microphone
 * @property {import("./model.js").ModelFacts | null} model what the server tells of its model
 */
/**
 * The page's own actions.
 * @typedef {{type: "page.started", file?: string} | {type: "page.captured"}
 *   | {type: "page.stopping", failure?: Failure} | {type: "page.ended", failure?: Failure}
 *   | {type: "page.congested", congested: boolean} | {type: "page.warned", code: string, on: boolean}
 *   | {type: "page.connection", state: Connection} | {type: "page.gap", startMs: number, endMs: number}
 *   | {type: "page.selected", key: SegmentKey | null}
 *   | {type: "page.settings", preferences: import("./preferences.js").Preferences}
 *   | {type: "page.microphone", change: Partial<MicrophoneState>}
 *   | {type: "page.file", file: FileState | null}
 *   | {type: "page.corrected", key: SegmentKey, correction: Correction}
 *   | {type: "page.model", facts: import("./model.js").ModelFacts}} PageAction
 */
/** @typedef {PageAction | import("./protocol.js").ServerMessage} Action */

/** @type {ReadonlySet<Phase>} */
const AT_REST = new Set(["idle", "closed", "error"]);

/** @returns {State} */
export function initialState() {
  return {
    phase: "idle",
    connection: "closed",
    failure: null,
    warning: null,
    tokenWanted: false,
    session: null,
    lamp: false,
    utterances: new Map(),
    forgotten: 0,
    current: null,
    lastFinal: null,
    selected: null,
    gaps: [],
    ackMs: 0,
    totals: { audioMs: 0, speechMs: 0, utterances: 0, segments: 0, labels: {}, reasons: {} },
    file: null,
    corrections: new Map(),
    preferences: DEFAULTS,
    microphone: { devices: [], applied: null, interrupted: false },
    model: null,
  };
}

/** True while pressing the button means Start. @param {State} state */
export function isAtRest(state) {
  return AT_REST.has(state.phase);
}

/** @param {SegmentKey} key */
export function keyOf({ utteranceId, segment }) {
  return `${utteranceId}:${segment}`;
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "page.started":
      return startAnew(state, action.file);
    case "page.captured":
      return { ...state, phase: "connecting" };
    case "page.stopping":
      return { ...state, phase: "stopping", failure: action.failure ?? state.failure };
    case "page.ended":
      return end(state, action.failure);
    case "page.congested":
      return warn(state, action.congested, "congested");
    case "page.warned":
      return warn(state, action.on, action.code);
    case "page.connection":
      return connect(state, action.state);
    case "page.gap":
      return { ...state, gaps: [...state.gaps, { startMs: action.startMs, endMs: action.endMs }] };
    case "page.selected":
      return { ...state, selected: action.key };
    case "page.settings":
      return { ...state, preferences: action.preferences };
    case "page.microphone":
      return { ...state, microphone: { ...state.microphone, ...action.change } };
    case "page.file":
      return { ...state, file: action.file };
    case "page.corrected":
      return correct(state, action.key, action.correction);
    case "page.model":
      return { ...state, model: action.facts };
    default:
      return hear(state, action);
  }
}

/**
 * What the server says.
 * @param {State} state
 * @param {import("./protocol.js").ServerMessage} message
 * @returns {State}
 */
function hear(state, message) {
  switch (message.type) {
    case SERVER.SESSION_CREATED:
      return { ...state, phase: goOn(state), session: message, tokenWanted: false };
    case SERVER.SESSION_UPDATED:
      return state.session ? { ...state, session: { ...state.session, config: message.config } } : state;
    case SERVER.MODEL_CHANGED:
      return state.session ? { ...state, session: { ...state.session, model: message.model } } : state;
    case SERVER.UTTERANCE_STARTED:
      return start(state, message.utterance_id, message.start_ms);
    case SERVER.EMOTION:
      return judge(state, message);
    case SERVER.UTTERANCE_ENDED:
      return message.discarded
        ? discard(state, message.utterance_id)
        : close(state, message.utterance_id, message.end_ms);
    case SERVER.ACK:
      return { ...state, ackMs: Math.max(state.ackMs, message.audio_ms) };
    case SERVER.WARNING:
      return { ...state, warning: { code: message.code, message: message.message } };
    case SERVER.ERROR:
      return fail(state, message);
    case SERVER.SESSION_CLOSED:
      return { ...state, lamp: false, totals: { ...state.totals, ...closingTotals(message) } };
    default:
      return state;
  }
}

/**
 * Forgets the session before; what belongs to the page stays.
 * @param {State} state
 * @param {string | undefined} name of the recording, if it is not the microphone
 * @returns {State}
 */
function startAnew({ tokenWanted, preferences, microphone, model }, name) {
  const kept = { tokenWanted, preferences, microphone, model };
  if (name === undefined) return { ...initialState(), ...kept, phase: "asking" };
  return { ...initialState(), ...kept, phase: "connecting", file: { name, stage: "reading", share: 0 } };
}

/**
 * A created session is listened to, unless Stop was pressed meanwhile.
 * @param {State} state
 * @returns {Phase}
 */
function goOn(state) {
  return state.phase === "connecting" ? "listening" : state.phase;
}

/**
 * The connection is gone. A failure told before (by a fatal error) is the better reason.
 * @param {State} state
 * @param {Failure | undefined} failure
 * @returns {State}
 */
function end(state, failure) {
  const why = state.failure ?? failure ?? null;
  const tokenWanted = state.tokenWanted || why?.code === "token";
  const phase = why ? "error" : "closed";
  const microphone = { ...state.microphone, applied: null, interrupted: false };
  const over = { connection: /** @type {Connection} */ ("closed"), warning: null, lamp: false };
  return { ...state, ...over, phase, failure: why, tokenWanted, microphone };
}

/** @param {State} state @param {Connection} connection @returns {State} */
function connect(state, connection) {
  return warn({ ...state, connection }, connection === "reconnecting", "connection_cut");
}

/** @param {State} state @param {boolean} on @param {string} code @returns {State} */
function warn(state, on, code) {
  if (on) return { ...state, warning: { code } };
  return state.warning?.code === code ? { ...state, warning: null } : state;
}

/** @param {State} state @param {import("./protocol.js").Error} error @returns {State} */
function fail(state, error) {
  const told = { code: error.code, message: error.message };
  if (!error.fatal) return { ...state, warning: told };
  return { ...state, failure: told };
}

/** @param {State} state @param {SegmentKey} key @param {Correction} correction @returns {State} */
function correct(state, key, correction) {
  return { ...state, corrections: new Map(state.corrections).set(keyOf(key), correction) };
}

/** @param {import("./protocol.js").SessionClosed} closed */
function closingTotals(closed) {
  const { audio_ms: audioMs, speech_ms: speechMs, utterances, segments } = closed;
  return { audioMs, speechMs, utterances, segments };
}
