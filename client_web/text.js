// @ts-check
/**
 * Every sentence of the page, by key; `{name}` stands for a value. Another language is another
 * table with the same keys.
 */

const ENGLISH = Object.freeze({
  tagline: "How a voice sounds, while it speaks.",
  start: "Start",
  stop: "Stop",
  start_hint: "Start listening to the microphone",
  stop_hint: "Stop listening",
  notice_where: "What the microphone hears is analysed on this server, {host}, while you speak. It is not stored.",
  notice_model: "The model learned from acted speech, and it errs: a label says how a voice sounds, not what a person feels.",

  state_idle: "Ready",
  state_asking: "Waiting for the microphone",
  state_connecting: "Connecting",
  state_listening: "Listening",
  state_stopping: "Finishing",
  state_closed: "Stopped",
  state_error: "Not listening",

  hero_idle: "Speak, and see how it sounds.",
  hero_asking: "Allow the microphone.",
  hero_connecting: "One moment.",
  hero_listening: "Say something.",
  hero_stopping: "One moment.",
  hero_closed: "Nothing was said.",
  hero_error: "Something is in the way.",
  detail_asking: "The browser is asking for your permission, usually near the address bar.",
  detail_listening: "The first word appears after about a second of speech.",

  current: "Now",
  caption_interim: "So far",
  caption_final: "Just said",
  caption_stopped: "Last said",
  sure: "{percent} sure",
  scores: "Scores",
  score: "{label}: {percent}",
  span: "{start} to {end}",

  controls: "Microphone",
  lamp_on: "Speech",
  lamp_off: "No speech",
  level: "Level",
  level_value: "{db} decibels",
  level_clipped: "Too loud",
  latency: "Delay {ms} ms",
  latency_hint: "From the last sample of what was said to its verdict",
  model: "Model {name}, {version}",
  token: "Access token",
  token_hint: "Kept until this page is closed.",

  timeline: "Timeline",
  timeline_empty: "What is said appears here, newest first.",
  timeline_capped: "The newest {shown} of {all}.",
  row_interim: "still speaking",
  row_cut: "cut off",
  seconds: "{seconds} s",
  announce: "{label}, {start} to {end}",

  summary: "Summary",
  summary_spoken_one: "{count} utterance: {speech} of speech in {audio} of listening.",
  summary_spoken_other: "{count} utterances: {speech} of speech in {audio} of listening.",
  summary_none: "no label",

  label_angry: "Angry",
  label_disgust: "Disgusted",
  label_fearful: "Fearful",
  label_happy: "Happy",
  label_neutral: "Neutral",
  label_sad: "Sad",

  reason_uncertain: "Uncertain",
  reason_too_short: "Too short",
  reason_too_noisy: "Too noisy",
  reason_no_speech: "No speech",
  reason_clipped: "Too loud",
  reason_overloaded: "Skipped",
  why_uncertain: "No emotion stands out enough to name it.",
  why_too_short: "There was too little voice in it to tell.",
  why_too_noisy: "The voice hardly stands out from the noise.",
  why_no_speech: "It does not sound like speech.",
  why_clipped: "The sound is distorted: move back from the microphone.",
  why_overloaded: "The server had no time for it.",

  warning_falling_behind: "The server is falling behind; verdicts come late.",
  warning_gap: "Some sound was lost on the way.",
  warning_quiet: "The microphone is very quiet. Come closer, or choose another one.",
  warning_draining: "The server will shut down soon.",
  warning_ending: "This session will soon reach its longest length. Press Stop, then Start, to go on.",
  warning_congested: "The network is slower than your voice; verdicts come late.",

  error_mic_insecure: "Browsers allow the microphone only on https:// or on localhost. Open this page at such an address.",
  error_mic_unsupported: "This browser cannot record from a page. A current Firefox, Chrome, Edge or Safari can.",
  error_mic_denied: "The microphone is blocked for this page. Allow it in the browser’s site settings, beside the address, then press Start.",
  error_mic_dismissed: "The question about the microphone was closed. Press Start, and choose Allow.",
  error_mic_none: "No microphone was found. Connect one, then press Start.",
  error_mic_busy: "The microphone does not answer. Another program may be using it: close that, then press Start.",
  error_mic_lost: "The microphone was disconnected. Connect it again, then press Start.",
  error_mic_worklet: "The part of the page that records could not be loaded; the server may have stopped. Reload the page.",
  error_mic_rate: "This microphone’s sample rate is not supported. Set it to 48 kHz in the system’s sound settings.",
  error_mic_unknown: "The microphone could not be opened. Reload the page and try again.",
  error_unknown: "Something went wrong. Reload the page and try again.",

  error_connect_failed: "The server did not take the connection. It may be stopped or full; try again in a moment.",
  error_connect_timeout: "The server did not answer in time. Try again in a moment.",
  error_connection_lost: "The connection was lost. Press Start to listen again.",
  error_connection_slow: "The network is too slow to carry the sound. Try a better connection.",
  error_stop_timeout: "The server did not answer to Stop; the last verdicts may be missing.",

  error_bad_json: "The server did not understand the page. Reload it.",
  error_bad_message: "The server did not understand the page. Reload it.",
  error_unknown_type: "The server did not understand the page. Reload it.",
  error_out_of_range: "The server did not accept a setting of this page.",
  error_not_started: "The server did not understand the page. Reload it.",
  error_already_started: "The server did not understand the page. Reload it.",
  error_start_timeout: "The session did not begin in time. Press Start to try again.",
  error_bad_audio: "The server could not read some of the sound.",
  error_too_big: "The page sent more at once than the server takes. Reload it.",
  error_too_fast: "The page sent more than the server takes. Press Start to try again.",
  error_token: "This server asks for an access token. Enter it, then press Start.",
  error_origin: "This server does not accept connections from this address.",
  error_idle: "No sound arrived for a while, so the session ended. Press Start to go on.",
  error_too_long: "The session reached its longest length. Press Start for a new one.",
  error_overloaded: "The server is full. Try again in a moment.",
  error_draining: "The server is shutting down. Try again in a moment.",
  error_internal: "The server failed. Try again; if it fails again, its log says why.",
});

/** @typedef {keyof typeof ENGLISH} Key */
/** @typedef {ReturnType<typeof createText>} Text */

/** @type {Readonly<Record<string, Readonly<Record<Key, string>>>>} */
export const TABLES = Object.freeze({ en: ENGLISH });

/**
 * The sentences and number formats of a language.
 * @param {string} language a key of `TABLES`; English where it is none
 */
export function createText(language) {
  const table = TABLES[language] ?? ENGLISH;
  const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const oneDigit = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const tenths = new Intl.NumberFormat(language, oneDigit);

  const plurals = new Intl.PluralRules(language);

  /** @param {Key} key @param {Record<string, string | number>} [values] */
  const say = (key, values = {}) =>
    table[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

  /**
   * What may lack a key, such as a code from a newer server.
   * @param {string} key
   * @param {string} otherwise
   */
  const sayOr = (key, otherwise) => (Object.hasOwn(table, key) ? say(/** @type {Key} */ (key)) : otherwise);

  /**
   * A sentence with a count in it, in the form that the count asks for.
   * @param {string} key
   * @param {number} count
   * @param {Record<string, string>} values
   */
  const sayCount = (key, count, values) => {
    const form = `${key}_${plurals.select(count)}`;
    return say(/** @type {Key} */ (Object.hasOwn(table, form) ? form : `${key}_other`), { count, ...values });
  };

  return Object.freeze({
    say,
    sayCount,
    /** @param {number} share from 0 to 1 */
    percent: (share) => percents.format(share),
    /** @param {number} ms */
    seconds: (ms) => say("seconds", { seconds: tenths.format(ms / 1000) }),
    clock,
    /** An emotion; of a model with other classes, the word as it comes. @param {string} label */
    label: (label) => sayOr(`label_${label}`, label.charAt(0).toUpperCase() + label.slice(1)),
    /** @param {string | null} reason */
    reason: (reason) => sayOr(`reason_${reason}`, say("reason_uncertain")),
    /** @param {string | null} reason */
    why: (reason) => sayOr(`why_${reason}`, say("why_uncertain")),
    /** @param {{code: string, message?: string}} failure */
    error: ({ code, message }) => sayOr(`error_${code}`, message ?? say("error_unknown")),
    /**
     * A warning, or an error that the session survives.
     * @param {{code: string, message?: string}} warning
     */
    warning: ({ code, message }) =>
      sayOr(`warning_${code}`, sayOr(`error_${code}`, message ?? say("error_unknown"))),
  });
}

/** Minutes and seconds, and hours where there are some: 0:07, 12:30, 1:00:00. @param {number} ms */
function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
