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
 * @property {{splits: Record<string, {speech: Speech}>} | null} report
 */

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
 * @throws {Error} the server cannot be reached, or wants a token
 */
export async function fetchModel(token) {
  const answer = await fetch(address("model"), { headers: credentials(token) });
  if (!answer.ok) throw new Error(`the server said ${answer.status}`);
  return answer.json();
}

/**
 * @param {string} token
 * @returns {Promise<string | null>} the card as Markdown, or null where the model has none
 * @throws {Error} the server cannot be reached, or wants a token
 */
export async function fetchCard(token) {
  const answer = await fetch(address("model/card"), { headers: credentials(token) });
  if (!answer.ok) throw new Error(`the server said ${answer.status}`);
  return answer.status === 204 ? null : answer.text();
}
