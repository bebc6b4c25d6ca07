// @ts-check
/**
 * What was said, as pure functions of the state: utterances and their verdicts, and what they
 * come to in all.
 */

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Totals} Totals */
/** @typedef {import("./state.js").Utterance} Utterance */

/** Utterances kept: hours of talk, and a bound on memory. */
export const MOST_UTTERANCES = 5000;

/** Warnings that a new verdict answers; the others stand until the session ends. */
const PASSING = new Set(["falling_behind", "gap", "quiet"]);

/** @param {State} state @param {number} id @param {number} startMs @returns {State} */
export function start(state, id, startMs) {
  if (state.utterances.has(id)) return { ...state, lamp: true };
  const totals = { ...state.totals, utterances: state.totals.utterances + 1 };
  const opened = { id, startMs, endMs: null, verdicts: new Map() };
  return keep({ ...state, lamp: true, totals }, opened);
}

/** @param {State} state @param {number} id @param {number} endMs @returns {State} */
export function close(state, id, endMs) {
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
export function discard(state, id) {
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
export function judge(state, emotion) {
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

/**
 * The verdict on one segment, if it is (still) there.
 * @param {State} state
 * @param {import("./state.js").SegmentKey | null} key
 * @returns {Emotion | null}
 */
export function findVerdict(state, key) {
  if (key === null) return null;
  return state.utterances.get(key.utteranceId)?.verdicts.get(key.segment) ?? null;
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
