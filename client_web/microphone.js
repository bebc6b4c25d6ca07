// @ts-check
/**
 * The microphone: permission, capture, and a code for everything that can go wrong.
 *
 * Errors:
 *   * `MicrophoneError`: `code` is one of `mic_insecure`, `mic_unsupported`, `mic_denied`,
 *     `mic_dismissed`, `mic_none`, `mic_busy`, `mic_worklet`, `mic_rate`, `mic_changed`,
 *     `mic_unknown`.
 */
import { SAMPLE_RATES } from "./protocol.js";

/** What the model was trained on; asking for it spares the server the resampling. */
const WANTED_RATE = 16000;
/** Tried when the browser's own rate is none that the server takes (96 kHz interfaces). */
const FALLBACK_RATE = 48000;
/** A suspended audio thread never answers; the rest of a block is then given up. */
const FLUSH_MS = 500;
/** A context that has not begun by then waits for a tap, or for a loudspeaker. */
const RESUME_MS = 3000;

/** @typedef {{pcm: ArrayBuffer, peak: number, rms: number}} Block */
/**
 * What is asked for. Processing is asked off by default, because it changes loudness and pitch,
 * which is what emotion is read from.
 * @typedef {object} Wish
 * @property {string} deviceId "" for the system's choice; another one where it is not there
 * @property {boolean} echoCancellation
 * @property {boolean} noiseSuppression
 * @property {boolean} autoGainControl
 * @property {number} [sampleRate] the one that it has to be; else what suits browser and server
 */
/**
 * @typedef {object} Handlers
 * @property {(block: Block) => void} onBlock
 * @property {() => void} onLost it was unplugged, or permission was taken back
 * @property {(interrupted: boolean) => void} onInterrupted by a call or a locked phone; `resume`
 *   goes on, and may only be called from a tap
 * @property {(muted: boolean) => void} onMuted by the system, or by a switch on the device
 */
/**
 * `applied` is what the browser really set, which may differ from what was asked.
 * @typedef {object} Microphone
 * @property {number} sampleRate
 * @property {MediaTrackSettings} applied
 * @property {boolean} isRunning false: nothing is heard until `resume`, from a tap
 * @property {() => Promise<void>} resume
 * @property {() => Promise<void>} stop
 */

export class MicrophoneError extends Error {
  /** @param {string} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(`${code}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : cause ?? ""}`);
    this.name = "MicrophoneError";
    this.code = code;
  }
}

/**
 * Asks for the microphone and starts to capture. Call it from a click: browsers let audio run
 * only then.
 * @param {Wish} wish
 * @param {Handlers} handlers
 * @returns {Promise<Microphone>}
 * @throws {MicrophoneError}
 */
export async function openMicrophone(wish, handlers) {
  const stream = await openStream(wish);
  /** @type {AudioContext | undefined} */
  let context;
  try {
    const capture = await openCapture(stream, wish.sampleRate);
    context = capture.context;
    const [track] = stream.getAudioTracks();
    const finish = await connect(capture, handlers.onBlock);
    // Where there is nothing to play sound on it may never come.
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, RESUME_MS))]);
    const unwatch = watch(track, context, handlers);
    /** @type {Promise<void> | undefined} */
    let stopped;
    const stopAll = async () => {
      unwatch();
      await finish();
      await release(stream, context);
    };
    return {
      sampleRate: context.sampleRate,
      applied: track.getSettings(),
      isRunning: context.state === "running",
      resume: () => capture.context.resume(),
      stop: () => (stopped ??= stopAll()),
    };
  } catch (error) {
    await release(stream, context);
    throw error instanceof MicrophoneError ? error : new MicrophoneError("mic_unknown", error);
  }
}

/**
 * The microphones there are. Browsers name them only after permission; without it the list is
 * empty.
 * @returns {Promise<{id: string, name: string}[]>}
 */
export async function listMicrophones() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices
    .filter(({ kind, deviceId }) => kind === "audioinput" && !["", "default", "communications"].includes(deviceId))
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/** One was plugged in or out. @param {() => void} onChange */
export function watchMicrophones(onChange) {
  navigator.mediaDevices?.addEventListener("devicechange", onChange);
}

/** Whether the browser gives pages at this address a microphone at all. */
export function isSecure() {
  return window.isSecureContext;
}

/**
 * @param {MediaStreamTrack} track
 * @param {AudioContext} context
 * @param {Handlers} handlers
 * @returns {() => void} ends it
 */
function watch(track, context, { onLost, onInterrupted, onMuted }) {
  const ended = new AbortController();
  const { signal } = ended;
  track.addEventListener("ended", onLost, { signal });
  track.addEventListener("mute", () => onMuted(true), { signal });
  track.addEventListener("unmute", () => onMuted(false), { signal });
  // iOS says "interrupted"; others suspend.
  const tell = () => onInterrupted(context.state !== "running");
  context.addEventListener("statechange", tell, { signal });
  return () => ended.abort();
}

/** @param {Wish} wish @returns {Promise<MediaStream>} */
async function openStream({ deviceId, ...rest }) {
  const { echoCancellation, noiseSuppression, autoGainControl } = rest;
  if (!isSecure()) throw new MicrophoneError("mic_insecure");
  if (!navigator.mediaDevices?.getUserMedia || typeof AudioWorkletNode === "undefined") {
    throw new MicrophoneError("mic_unsupported");
  }
  const audio = { channelCount: 1, echoCancellation, noiseSuppression, autoGainControl };
  const which = { ...audio, deviceId: { exact: deviceId } }; // "ideal" is passed over by Chromium.
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: deviceId ? which : audio });
  } catch (error) {
    const isGone = error instanceof DOMException && ["OverconstrainedError", "NotFoundError"].includes(error.name);
    if (deviceId && isGone) return openStream({ deviceId: "", ...rest });
    throw new MicrophoneError(await codeOf(error), error);
  }
}

/** @param {unknown} error @returns {Promise<string>} */
async function codeOf(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return (await isStillAsking()) ? "mic_dismissed" : "mic_denied";
  /** @type {Record<string, string>} */
  const codes = {
    SecurityError: "mic_denied",
    NotFoundError: "mic_none",
    OverconstrainedError: "mic_none",
    NotReadableError: "mic_busy",
    AbortError: "mic_busy",
  };
  return codes[name] ?? "mic_unknown";
}

/** After a refusal: true when the question was only closed, so that it can be asked again. */
async function isStillAsking() {
  try {
    const name = /** @type {PermissionName} */ ("microphone");
    return (await navigator.permissions.query({ name })).state === "prompt";
  } catch {
    return false; // A browser that does not tell; "denied" has the way out for both.
  }
}

/**
 * A context at the wanted rate, or at one that the browser and the server both take. Firefox
 * refuses to connect a microphone to a context of another rate.
 * @param {MediaStream} stream
 * @param {number | undefined} only
 * @returns {Promise<{context: AudioContext, source: AudioNode}>}
 */
async function openCapture(stream, only) {
  /** @type {unknown} */
  let refusal = "no rate in common";
  for (const sampleRate of only ? [only] : [WANTED_RATE, undefined, FALLBACK_RATE]) {
    /** @type {AudioContext | undefined} */
    let context;
    try {
      context = new AudioContext({ sampleRate });
      const source = context.createMediaStreamSource(stream);
      if (SAMPLE_RATES.includes(context.sampleRate)) return { context, source };
    } catch (error) {
      refusal = error;
    }
    await context?.close();
  }
  throw new MicrophoneError(only ? "mic_changed" : "mic_rate", refusal);
}

/**
 * Wires the worklet in.
 * @param {{context: AudioContext, source: AudioNode}} capture
 * @param {(block: Block) => void} onBlock
 * @returns {Promise<() => Promise<void>>} posts what is left over, then resolves
 */
async function connect({ context, source }, onBlock) {
  try {
    await context.audioWorklet.addModule(new URL("worklet.js", import.meta.url));
  } catch (error) {
    throw new MicrophoneError("mic_worklet", error);
  }
  const node = new AudioWorkletNode(context, "capture", {
    channelCount: 1,
    channelCountMode: "explicit", // The browser mixes stereo down.
  });
  /** @type {() => void} */
  let finish = () => {};
  const done = new Promise((resolve) => (finish = () => resolve(undefined)));
  node.port.onmessage = ({ data }) => (data.done ? finish() : onBlock(data));
  source.connect(node);
  // It puts out silence; but a node that leads nowhere is not run by every browser.
  node.connect(context.destination);
  return async () => {
    node.port.postMessage("stop");
    setTimeout(finish, FLUSH_MS);
    await done;
    source.disconnect();
    node.disconnect();
  };
}

/** @param {MediaStream} stream @param {AudioContext | undefined} context */
async function release(stream, context) {
  for (const track of stream.getTracks()) track.stop();
  if (context && context.state !== "closed") await context.close();
}
