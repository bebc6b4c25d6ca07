// @ts-check
/**
 * What a person has chosen, remembered in this browser alone. What was stored by another version,
 * or by hand, is taken as far as it is sound; a browser that stores nothing is no failure.
 */
import { INTERIM_MS, VAD } from "./protocol.js";

/**
 * `null` and "" stand for "as it comes": the server's setting, the system's choice.
 * @typedef {object} Preferences
 * @property {string} language
 * @property {string} theme "light", "dark" or ""
 * @property {string} deviceId the microphone
 * @property {boolean} echoCancellation
 * @property {boolean} noiseSuppression
 * @property {boolean} autoGainControl
 * @property {number | null} hangoverMs pause that ends an utterance
 * @property {number | null} aggressiveness 0 takes most sound for speech, 3 least
 * @property {number | null} interimMs interim results each so many ms; 0 for none
 * @property {readonly string[]} corrections ids of recordings that were sent: they withdraw them
 */

const KEY = "vivavoz";
/** Ids kept, newest last; a person who sends more has them listed by the server's keeper. */
const MOST_CORRECTIONS = 1000;

/** @type {Preferences} */
export const DEFAULTS = Object.freeze({
  language: "",
  theme: "",
  deviceId: "",
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  hangoverMs: null,
  aggressiveness: null,
  interimMs: null,
  corrections: Object.freeze([]),
});

/** What is asked of the browser: any of them changes loudness and pitch. */
export const PROCESSING = Object.freeze(
  /** @type {const} */ (["echoCancellation", "noiseSuppression", "autoGainControl"]),
);

/** @param {Storage | null} storage @returns {Preferences} */
export function readPreferences(storage) {
  try {
    return sound(JSON.parse(storage?.getItem(KEY) ?? "{}"));
  } catch {
    return DEFAULTS;
  }
}

/** @param {Storage | null} storage @param {Preferences} preferences */
export function savePreferences(storage, preferences) {
  try {
    storage?.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // A full or closed store: it holds for as long as the page is open.
  }
}

/** Storage, or null in a browser that refuses it. @param {Window} window @returns {Storage | null} */
export function storageOf(window) {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** Settings as they were, but the ids by which somebody takes recordings back. @param {Preferences} preferences */
export function resetPreferences({ corrections }) {
  return { ...DEFAULTS, corrections };
}

/** @typedef {{vad: {hangover_ms?: number, aggressiveness?: number}, interim_ms?: number}} SessionSettings */

/**
 * What `session.start` carries: what is left to the server is undefined, which JSON leaves out.
 * @param {Preferences} preferences
 * @returns {SessionSettings}
 */
export function sessionSettings({ hangoverMs, aggressiveness, interimMs }) {
  return {
    vad: { hangover_ms: hangoverMs ?? undefined, aggressiveness: aggressiveness ?? undefined },
    interim_ms: interimMs ?? undefined,
  };
}

/**
 * What `session.update` carries. What is no longer chosen goes back to the protocol's default.
 * @param {Preferences} before
 * @param {Preferences} after
 * @returns {SessionSettings}
 */
export function updatedSettings(before, after) {
  const back = (/** @type {"hangoverMs"|"aggressiveness"|"interimMs"} */ name, /** @type {number} */ otherwise) =>
    after[name] ?? (before[name] === null ? null : otherwise);
  return sessionSettings({
    ...after,
    hangoverMs: back("hangoverMs", VAD.hangover_ms.default),
    aggressiveness: back("aggressiveness", VAD.aggressiveness.default),
    interimMs: back("interimMs", INTERIM_MS),
  });
}

/** @param {any} stored @returns {Preferences} */
function sound(stored) {
  const text = (/** @type {unknown} */ value) => (typeof value === "string" ? value : "");
  return {
    language: text(stored.language),
    theme: ["light", "dark"].includes(stored.theme) ? stored.theme : "",
    deviceId: text(stored.deviceId),
    echoCancellation: stored.echoCancellation === true,
    noiseSuppression: stored.noiseSuppression === true,
    autoGainControl: stored.autoGainControl === true,
    hangoverMs: within(stored.hangoverMs, VAD.hangover_ms),
    aggressiveness: within(stored.aggressiveness, VAD.aggressiveness),
    interimMs: within(stored.interimMs, { least: 0, most: 60_000 }),
    corrections: idsIn(stored.corrections),
  };
}

/** @param {unknown} value @param {{least: number, most: number}} range @returns {number | null} */
function within(value, { least, most }) {
  const fits = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return fits ? Number(value) : null;
}

/** @param {unknown} stored @returns {string[]} */
function idsIn(stored) {
  const ids = Array.isArray(stored) ? stored.filter((id) => /^[0-9a-f]{32}$/.test(id)) : [];
  return ids.slice(-MOST_CORRECTIONS);
}
