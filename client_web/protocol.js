// @ts-check
// Generated from server/protocol.py by `python -m server.protocol_export`; edits here are lost.

/** WebSocket sub-protocol. */
export const PROTOCOL = "vivavoz.v1";

/** Where the stream is. */
export const PATH = "/v1/stream";

/** Hz that a session may have. */
export const SAMPLE_RATES = Object.freeze([8000, 16000, 22050, 24000, 32000, 44100, 48000]);

/** Most bytes of a text message. */
export const TEXT_BYTES = 4096;

/** Types of the messages that a client sends. */
export const CLIENT = Object.freeze({
  "SESSION_START": "session.start",
  "SESSION_UPDATE": "session.update",
  "SESSION_FLUSH": "session.flush",
  "SESSION_STOP": "session.stop"
});

/** Types of the messages that a server sends. */
export const SERVER = Object.freeze({
  "SESSION_CREATED": "session.created",
  "SESSION_UPDATED": "session.updated",
  "UTTERANCE_STARTED": "utterance.started",
  "EMOTION": "emotion",
  "UTTERANCE_ENDED": "utterance.ended",
  "ACK": "ack",
  "MODEL_CHANGED": "model.changed",
  "WARNING": "warning",
  "ERROR": "error",
  "SESSION_CLOSED": "session.closed"
});

/** Why a connection was closed. */
export const CLOSE = Object.freeze({
  "DONE": 1000,
  "GOING_AWAY": 1001,
  "PROTOCOL": 1002,
  "WRONG_KIND": 1003,
  "BAD_UTF8": 1007,
  "TOO_BIG": 1009,
  "OUR_FAULT": 1011,
  "RESTARTING": 1012,
  "OVERLOADED": 1013,
  "BAD_MESSAGE": 4400,
  "TOKEN": 4401,
  "ORIGIN": 4403,
  "IDLE": 4408,
  "TOO_LONG": 4410,
  "TOO_FAST": 4429
});

/** What was wrong. */
export const ERROR = Object.freeze({
  "BAD_JSON": "bad_json",
  "BAD_MESSAGE": "bad_message",
  "UNKNOWN_TYPE": "unknown_type",
  "OUT_OF_RANGE": "out_of_range",
  "NOT_STARTED": "not_started",
  "ALREADY_STARTED": "already_started",
  "START_TIMEOUT": "start_timeout",
  "BAD_AUDIO": "bad_audio",
  "TOO_BIG": "too_big",
  "TOO_FAST": "too_fast",
  "TOKEN": "token",
  "ORIGIN": "origin",
  "IDLE": "idle",
  "TOO_LONG": "too_long",
  "OVERLOADED": "overloaded",
  "DRAINING": "draining",
  "INTERNAL": "internal"
});

/** What a person may want to know. */
export const WARNING = Object.freeze({
  "FALLING_BEHIND": "falling_behind",
  "GAP": "gap",
  "QUIET": "quiet",
  "DRAINING": "draining",
  "ENDING": "ending"
});

/** Why a verdict has no label. */
export const REASONS = Object.freeze(["uncertain", "too_short", "too_noisy", "no_speech", "clipped", "overloaded"]);

/** Settings of the segmenter, with their ranges. */
export const VAD = Object.freeze({
  "aggressiveness": {
    "default": 2,
    "least": 0,
    "most": 3
  },
  "onset_ms": {
    "default": 100,
    "least": 20,
    "most": 500
  },
  "hangover_ms": {
    "default": 400,
    "least": 100,
    "most": 3000
  },
  "preroll_ms": {
    "default": 200,
    "least": 0,
    "most": 1000
  },
  "min_speech_ms": {
    "default": 250,
    "least": 0,
    "most": 2000
  },
  "max_segment_ms": {
    "default": 8000,
    "least": 3000,
    "most": 30000
  }
});

/** Default of `interim_ms`. */
export const INTERIM_MS = 1000;

/** Defaults; `session.created` has those in force. */
export const LIMITS = Object.freeze({
  "message_bytes": 65536,
  "text_bytes": 4096,
  "messages_per_second": 200,
  "session_ms": 3600000,
  "idle_ms": 60000,
  "resume_ms": 30000
});

/** @typedef {SessionStart | SessionUpdate | SessionFlush | SessionStop} ClientMessage */

/** @typedef {SessionCreated | SessionUpdated | UtteranceStarted | Emotion | UtteranceEnded | Ack | ModelChanged | Notice | Error | SessionClosed} ServerMessage */

/**
 * Where a session that lost its connection goes on, on any server.
 * @typedef {object} Resume
 * @property {string} session_id
 * @property {number} from_ms audio follows from here on: the last `ack`, or its `keep_ms`
 * @property {number | null} [answered_ms] the last `ack`, or a later point that a message names; what comes before it is heard for the noise alone; where `from_ms` is later, what lies between is lost
 * @property {number | null} [utterance_id] the one under way at `answered_ms`
 * @property {number | null} [segment] the number of its next segment
 */

/**
 * End the utterance under way now.
 * @typedef {object} SessionFlush
 * @property {"session.flush"} type
 */

/**
 * First message of a connection, within 5 s.
 * @typedef {object} SessionStart
 * @property {"session.start"} type
 * @property {number} sample_rate Hz of the PCM that follows: one of (8000, 16000, 22050, 24000, 32000, 44100, 48000)
 * @property {VadChange | null} [vad]
 * @property {number} [interim_ms] interim results each so many ms while someone speaks; 0: off
 * @property {string | null} [token]
 * @property {Resume | null} [resume]
 */

/**
 * No more audio: what is pending is answered, then `session.closed`, then close 1000.
 * @typedef {object} SessionStop
 * @property {"session.stop"} type
 */

/**
 * Change settings at any time; answered by `session.updated` with everything in force.
 * @typedef {object} SessionUpdate
 * @property {"session.update"} type
 * @property {VadChange | null} [vad]
 * @property {number | null} [interim_ms]
 */

/**
 * Settings of one `vad.Segmenter`. Durations are milliseconds of audio.
 * @typedef {object} VadChange
 * @property {number} [aggressiveness] WebRTC VAD mode: 0 takes most sound for speech, 3 least
 * @property {number} [onset_ms] voiced time without a break that starts an utterance
 * @property {number} [hangover_ms] pause that ends an utterance
 * @property {number} [preroll_ms] audio kept from before the onset
 * @property {number} [min_speech_ms] utterances with less voiced time are discarded
 * @property {number} [max_segment_ms] longer utterances are cut at their quietest point
 */

/**
 * Everything before this point is answered; a client may forget that audio.
 * @typedef {object} Ack
 * @property {"ack"} type
 * @property {number} audio_ms
 * @property {number | null} [keep_ms] audio from here on makes a resumed session exact; `from_ms` then
 */

/**
 * Everything in force in a session.
 * @typedef {object} Config
 * @property {number} sample_rate
 * @property {VadSettings} vad
 * @property {number} interim_ms
 */

/**
 * The verdict on a segment: a label, or a reason why there is none.
 * @typedef {object} Emotion
 * @property {"emotion"} type
 * @property {number} utterance_id
 * @property {number} segment number of the segment within the utterance
 * @property {boolean} final
 * @property {number} start_ms
 * @property {number} end_ms
 * @property {string | null} label
 * @property {Reason | null} reason
 * @property {number} confidence
 * @property {Object<string, number>} scores calibrated, all emotion classes, sum 1
 * @property {string} model version of the model that answered
 * @property {number} latency_ms from having the segment's last sample to handing this to the socket
 */

/**
 * Something could not be taken; a fatal one is followed by the close.
 * @typedef {object} Error
 * @property {"error"} type
 * @property {ErrorCode} code
 * @property {string} message
 * @property {boolean} fatal
 * @property {number | null} [retry_after_ms]
 */

/** @typedef {"bad_json" | "bad_message" | "unknown_type" | "out_of_range" | "not_started" | "already_started" | "start_timeout" | "bad_audio" | "too_big" | "too_fast" | "token" | "origin" | "idle" | "too_long" | "overloaded" | "draining" | "internal"} ErrorCode */

/**
 * What a client has to keep to; the values are the server's settings.
 * @typedef {object} Limits
 * @property {number} message_bytes
 * @property {number} text_bytes
 * @property {number} messages_per_second with a burst of twice as many
 * @property {number} session_ms
 * @property {number} idle_ms
 * @property {number} resume_ms audio that a client keeps, to send it again
 */

/**
 * From the next segment on another model answers.
 * @typedef {object} ModelChanged
 * @property {"model.changed"} type
 * @property {ModelInfo} model
 */

/**
 * The model that answers.
 * @typedef {object} ModelInfo
 * @property {string} name
 * @property {string} version
 * @property {string[]} labels
 */

/**
 * Something to know; the session goes on.
 * @typedef {object} Notice
 * @property {"warning"} type
 * @property {WarningCode} code
 * @property {string} message
 */

/** @typedef {"uncertain" | "too_short" | "too_noisy" | "no_speech" | "clipped" | "overloaded"} Reason */

/**
 * The last message of a session, with its totals.
 * @typedef {object} SessionClosed
 * @property {"session.closed"} type
 * @property {string} reason
 * @property {number} audio_ms
 * @property {number} speech_ms
 * @property {number} utterances
 * @property {number} segments
 */

/**
 * The answer to `session.start`.
 * @typedef {object} SessionCreated
 * @property {"session.created"} type
 * @property {string} session_id
 * @property {string} protocol
 * @property {ModelInfo} model
 * @property {Config} config
 * @property {Limits} limits
 * @property {boolean} resumed
 */

/**
 * The answer to `session.update`.
 * @typedef {object} SessionUpdated
 * @property {"session.updated"} type
 * @property {Config} config
 */

/**
 * The utterance is over; `discarded` says why it was no speech after all.
 * @typedef {object} UtteranceEnded
 * @property {"utterance.ended"} type
 * @property {number} utterance_id
 * @property {number} end_ms
 * @property {string | null} discarded
 * @property {boolean | null} [interrupted] the server leaves in the middle of it: a resumed session goes on
 */

/**
 * Someone began to speak.
 * @typedef {object} UtteranceStarted
 * @property {"utterance.started"} type
 * @property {number} utterance_id `start_ms` of the utterance, unique in a session
 * @property {number} start_ms
 */

/**
 * Settings of one `vad.Segmenter`. Durations are milliseconds of audio.
 * @typedef {object} VadSettings
 * @property {number} aggressiveness WebRTC VAD mode: 0 takes most sound for speech, 3 least
 * @property {number} onset_ms voiced time without a break that starts an utterance
 * @property {number} hangover_ms pause that ends an utterance
 * @property {number} preroll_ms audio kept from before the onset
 * @property {number} min_speech_ms utterances with less voiced time are discarded
 * @property {number} max_segment_ms longer utterances are cut at their quietest point
 */

/** @typedef {"falling_behind" | "gap" | "quiet" | "draining" | "ending"} WarningCode */
