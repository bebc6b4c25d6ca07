// @ts-check
/**
 * Sends corrections to the server, and takes them back. Nothing goes out without consent: the
 * server refuses it too.
 *
 * Errors:
 *   * `FeedbackError`: `code` is a key of the text table after "error_".
 */
import { address, credentials } from "./model.js";

/**
 * @typedef {object} Given
 * @property {boolean} consent
 * @property {string} label what it was, or "no_speech"
 * @property {string} note
 * @property {import("./protocol.js").Emotion} verdict what the model said
 * @property {Blob} audio a WAV
 */

export class FeedbackError extends Error {
  /** @param {string} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(`${code}: ${cause ?? ""}`);
    this.name = "FeedbackError";
    this.code = code;
  }
}

/**
 * @param {Given} given
 * @param {string} token
 * @returns {Promise<string>} the id that takes it back
 * @throws {FeedbackError}
 */
export async function sendCorrection({ consent, label, note, verdict, audio }, token) {
  if (!consent) throw new FeedbackError("no_consent");
  const form = new FormData();
  form.set("consent", "true");
  form.set("label", label);
  form.set("model", verdict.model);
  const { label: said, reason, confidence, scores } = verdict;
  form.set("verdict", JSON.stringify({ label: said, reason, confidence, scores }));
  if (note) form.set("note", note);
  form.set("audio", audio, "segment.wav");
  const answer = await ask(address("feedback"), { method: "POST", body: form, headers: credentials(token) });
  return (await answer.json()).id;
}

/**
 * One that the server no longer has counts as taken back.
 * @param {string} id
 * @param {string} token
 * @throws {FeedbackError}
 */
export async function withdrawCorrection(id, token) {
  try {
    await ask(address(`feedback/${id}`), { method: "DELETE", headers: credentials(token) });
  } catch (error) {
    if (!(error instanceof FeedbackError && error.code === "not_found")) throw error;
  }
}

/** @param {URL} url @param {RequestInit} request */
async function ask(url, request) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(url, request);
  } catch (error) {
    throw new FeedbackError("connect_failed", error);
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  throw new FeedbackError(told?.error?.code ?? "unknown", told?.error?.message);
}
