// @ts-check
/** A sheet over the page: a dialog with a heading and a way out. Escape and a click beside it close it. */
import { make } from "./dom.js";

/**
 * Fills a dialog anew.
 * @param {HTMLDialogElement} dialog
 * @param {string} heading
 * @param {string} close the word on its button
 * @returns {HTMLElement} where its content goes
 */
export function fillSheet(dialog, heading, close) {
  const title = make("h2", { id: `${dialog.id}-title` }, heading);
  const button = make("button", { type: "button", className: "plain sheet-close" }, close);
  button.addEventListener("click", () => dialog.close());
  const body = make("div", { className: "sheet-body" });
  dialog.replaceChildren(make("header", { className: "sheet-head" }, title, button), body);
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close(); // The dialog itself is what lies around its content.
  };
  return body;
}
