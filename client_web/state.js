// @ts-check
/**
 * What the page knows: a pure reducer, (state, action) -> state. No DOM, no clock, no network.
 * Actions are the server's messages as they come, and the page's own, whose types begin with
 * "page.". What it does not know it returns unchanged.
 */
import { SERVER } from "./protocol.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./protocol.js").SessionCreated} SessionCreated */
/** @typedef {"idle"|"asking"|"connecting"|"listening"|"stopping"|"closed"|"error"} Phase */
/** @typedef {{code: string, message?: string}} Failure `code` is a key of the text table */
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
 * @typedef {object} State
 * @property {Phase} phase
 * @property {Failure | null} failure why listening ended or could not begin
 * @property {Failure | null} warning something to know while listening
 * @property {boolean} tokenWanted the server asked for a token
 * @property {SessionCreated | null} session
 * @property {boolean} lamp someone is speaking
 * @property {ReadonlyMap<number, Utterance>} utterances by id, in order
 * @property {number} forgotten verdicts that are no longer kept
 * @property {Emotion | null} current the newest verdict
 * @property {Emotion | null} lastFinal the newest final verdict
 * @property {number} ackMs everything before is answered; where a resumed session would go on
 * @property {Totals} totals
 */
/**
 * The page's own actions.
 * @typedef {{type: "page.started"} | {type: "page.captured"}
 *   | {type: "page.stopping", failure?: Failure} | {type: "page.ended", failure?: Failure}
 *   | {type: "page.congested", congested: boolean}} PageAction
 */
/** @typedef {PageAction | import("./protocol.js").ServerMessage} Action */

/** Utterances kept: hours of talk, and a bound on memory. */
export const MOST_UTTERANCES = 5000;

/** @type {ReadonlySet<Phase>} */
const AT_REST = new Set(["idle", "closed", "error"]);
/** Warnings that a new verdict answers; the others stand until the session ends. */
const PASSING = new Set(["falling_behind", "gap", "quiet"]);

/** @returns {State} */
export function initialState() {
  return {
    phase: "idle",
    failure: null,
    warning: null,
    tokenWanted: false,
    session: null,
    lamp: false,
    utterances: new Map(),
    forgotten: 0,
    current: null,
    lastFinal: null,
    ackMs: 0,
    totals: { audioMs: 0, speechMs: 0, utterances: 0, segments: 0, labels: {}, reasons: {} },
  };
}

/** True while pressing the button means Start. @param {State} state */
export function isAtRest(state) {
  return AT_REST.has(state.phase);
}

/**
 * The newest verdicts in order of time.
 * @param {State} state
 * @param {number} most
 * @returns {Emotion[]}
 */
export function newestVerdicts(state, most) {
  const utterances = [...state.utterances.values()];
  /** @type {Emotion[]} */
  const newest = [];
  for (let at = utterances.length - 1; at >= 0 && newest.length < most; at -= 1) {
    newest.push(...[...utterances[at].verdicts.values()].reverse());
  }
  return newest.slice(0, most).reverse();
}

/** How many verdicts there were, those no longer kept included. @param {State} state */
export function countVerdicts(state) {
  let count = state.forgotten;
  for (const utterance of state.utterances.values()) count += utterance.verdicts.size;
  return count;
}

/**
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "page.started":
      return { ...initialState(), phase: "asking", tokenWanted: state.tokenWanted };
    case "page.captured":
      return { ...state, phase: "connecting" };
    case "page.stopping":
      return { ...state, phase: "stopping", failure: action.failure ?? state.failure };
    case "page.ended":
      return end(state, action.failure);
    case "page.congested":
      return warn(state, action.congested, "congested");
    case SERVER.SESSION_CREATED:
      return { ...state, phase: goOn(state), session: action, tokenWanted: false };
    case SERVER.SESSION_UPDATED:
      return state.session ? { ...state, session: { ...state.session, config: action.config } } : state;
    case SERVER.MODEL_CHANGED:
      return state.session ? { ...state, session: { ...state.session, model: action.model } } : state;
    case SERVER.UTTERANCE_STARTED:
      return start(state, action.utterance_id, action.start_ms);
    case SERVER.EMOTION:
      return judge(state, action);
    case SERVER.UTTERANCE_ENDED:
      return action.discarded
        ? discard(state, action.utterance_id)
        : close(state, action.utterance_id, action.end_ms);
    case SERVER.ACK:
      return { ...state, ackMs: Math.max(state.ackMs, action.audio_ms) };
    case SERVER.WARNING:
      return { ...state, warning: { code: action.code, message: action.message } };
    case SERVER.ERROR:
      return fail(state, action);
    case SERVER.SESSION_CLOSED:
      return { ...state, lamp: false, totals: { ...state.totals, ...closingTotals(action) } };
    default:
      return state;
  }
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
  return { ...state, phase, failure: why, warning: null, lamp: false, tokenWanted };
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

/** @param {State} state @param {number} id @param {number} startMs @returns {State} */
function start(state, id, startMs) {
  if (state.utterances.has(id)) return { ...state, lamp: true };
  const totals = { ...state.totals, utterances: state.totals.utterances + 1 };
  const opened = { id, startMs, endMs: null, verdicts: new Map() };
  return keep({ ...state, lamp: true, totals }, opened);
}

/** @param {State} state @param {number} id @param {number} endMs @returns {State} */
function close(state, id, endMs) {
  const utterance = state.utterances.get(id);
  if (!utterance || utterance.endMs !== null) return { ...state, lamp: false };
  const speechMs = state.totals.speechMs + endMs - utterance.startMs;
  const closed = { ...state, lamp: false, totals: { ...state.totals, speechMs } };
  return keep(closed, { ...utterance, endMs });
}

/**
 * It was no speech after all: as if it had never begun.
 * @param {State} state
 * @param {number} id
 * @returns {State}
 */
function discard(state, id) {
  if (!state.utterances.has(id)) return { ...state, lamp: false };
  const utterances = new Map(state.utterances);
  utterances.delete(id);
  const totals = { ...state.totals, utterances: state.totals.utterances - 1 };
  const current = state.current?.utterance_id === id ? state.lastFinal : state.current;
  return { ...state, lamp: false, utterances, totals, current };
}

/**
 * A verdict, interim or final. A final one is never replaced: a late interim is dropped, and what
 * a resumed session repeats is counted once.
 * @param {State} state
 * @param {Emotion} emotion
 * @returns {State}
 */
function judge(state, emotion) {
  const id = emotion.utterance_id;
  const known = state.utterances.get(id) ?? { id, startMs: id, endMs: null, verdicts: new Map() };
  if (known.verdicts.get(emotion.segment)?.final) return state;
  const verdicts = new Map(known.verdicts).set(emotion.segment, emotion);
  const judged = keep({ ...state, current: emotion }, { ...known, verdicts });
  if (!emotion.final) return judged;
  const passed = state.warning !== null && PASSING.has(state.warning.code);
  const warning = passed ? null : state.warning;
  return { ...judged, warning, lastFinal: emotion, totals: count(state.totals, emotion) };
}

/** @param {Totals} totals @param {Emotion} emotion @returns {Totals} */
function count(totals, emotion) {
  const kind = emotion.label === null ? "reasons" : "labels";
  const name = emotion.label ?? emotion.reason ?? "uncertain";
  const { segments, ms } = totals[kind][name] ?? { segments: 0, ms: 0 };
  const share = { segments: segments + 1, ms: ms + emotion.end_ms - emotion.start_ms };
  return {
    ...totals,
    segments: totals.segments + 1,
    audioMs: Math.max(totals.audioMs, emotion.end_ms),
    [kind]: { ...totals[kind], [name]: share },
  };
}

/** @param {import("./protocol.js").SessionClosed} closed */
function closingTotals(closed) {
  const { audio_ms: audioMs, speech_ms: speechMs, utterances, segments } = closed;
  return { audioMs, speechMs, utterances, segments };
}

/**
 * Puts an utterance in, and the oldest out where there are too many.
 * @param {State} state
 * @param {Utterance} utterance
 * @returns {State}
 */
function keep(state, utterance) {
  const utterances = new Map(state.utterances).set(utterance.id, utterance);
  if (utterances.size <= MOST_UTTERANCES) return { ...state, utterances };
  const [oldest] = utterances.values();
  utterances.delete(oldest.id);
  return { ...state, utterances, forgotten: state.forgotten + oldest.verdicts.size };
}
