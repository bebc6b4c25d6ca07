// @ts-check
/** What the server tells of its model: name, what was measured, whether corrections are taken. */

/** @typedef {{segments: number, speakers?: number, accuracy: number, uar: number, chance_uar: number}} Pooled */
/** @typedef {{pooled: Pooled, uar_interval?: {low: number, high: number}, answered?: number, answered_accuracy?: number}} Speech */
/**
 * `report` is null where nothing was measured.
 * @typedef {object} ModelFacts
 * @property {string} name
 * @property {string} version
 * @property {string[]} labels
 * @property {boolean} feedback whether corrections are taken
 * @property {{upload_ms: number, upload_bytes: number}} [limits] of a recording
 * @property {{splits: Record<string, {speech: Speech}>} | null} report
 */

/** The server said no; `code` is its own. */
export class AnswerError extends Error {
  /** @param {string} code */
  constructor(code) {
    super(`the server said ${code}`);
    this.name = "AnswerError";
    this.code = code;
  }
}

/** @param {string} path below the page @returns {URL} it also works below a path */
export function address(path) {
  return new URL(`v1/${path}`, document.baseURI);
}

/** @param {string} token @returns {Record<string, string>} */
export function credentials(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * @param {string} token
 * @returns {Promise<ModelFacts>}
 * @throws {AnswerError} the server wants a token, say
 * @throws {TypeError} it cannot be reached
 */
export async function fetchModel(token) {
  return (await ask("model", token)).json();
}

/**
 * @param {string} token
 * @returns {Promise<string | null>} the card as Markdown, or null where the model has none
 * @throws {AnswerError} the server wants a token, say
 * @throws {TypeError} it cannot be reached
 */
export async function fetchCard(token) {
  const answer = await ask("model/card", token);
  return answer.status === 204 ? null : answer.text();
}

/** @param {string} path @param {string} token */
async function ask(path, token) {
  const answer = await fetch(address(path), { headers: credentials(token) });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  throw new AnswerError(told?.error?.code ?? "unknown");
}
