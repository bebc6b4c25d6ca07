// @ts-check
/** The few things that every view does to the document. */

/**
 * An element of the page's own HTML.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function $(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element;
}

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Partial<HTMLElementTagNameMap[T]>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * Writes only what changed, so that a live region speaks once.
 * @param {HTMLElement} element
 * @param {string} content
 */
export function write(element, content) {
  if (element.textContent !== content) element.textContent = content;
}

/** Shows a sentence, or hides its place. @param {HTMLElement} element @param {string | null} sentence */
export function show(element, sentence) {
  element.hidden = sentence === null;
  write(element, sentence ?? "");
}
