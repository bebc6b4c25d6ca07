// @ts-check
/** Takes a recording that is chosen or dropped, and shows how far its analysis is. */
import { $, write } from "./dom.js";
import { isAtRest } from "./state.js";

/** @typedef {import("./state.js").State} State */

export class Files {
  /**
   * @param {import("./text.js").Text} text
   * @param {{onFile: (file: File) => void, onCancel: () => void}} handlers
   */
  constructor(text, handlers) {
    this.text = text;
    this.handlers = handlers;
    this.ready = false;
    this.input = /** @type {HTMLInputElement} */ ($("file"));
    this.progress = /** @type {HTMLProgressElement} */ ($("file-progress"));
    $("file-open").addEventListener("click", () => this.input.click());
    $("file-cancel").addEventListener("click", () => handlers.onCancel());
    this.input.addEventListener("change", () => this.take(this.input.files));
    this.listenForDrops();
  }

  listenForDrops() {
    const drop = $("drop");
    const isFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") === true;
    window.addEventListener("dragover", (event) => {
      if (!isFile(event)) return;
      event.preventDefault(); // Otherwise the browser opens the file.
      drop.hidden = !this.ready;
    });
    window.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) drop.hidden = true;
    });
    window.addEventListener("drop", (event) => {
      drop.hidden = true;
      if (!isFile(event)) return;
      event.preventDefault();
      this.take(event.dataTransfer?.files ?? null);
    });
  }

  /** @param {FileList | null} files */
  take(files) {
    const file = files?.[0];
    if (file && this.ready) this.handlers.onFile(file);
    this.input.value = ""; // So that the same one can be chosen again.
  }

  /** @param {State} state */
  render(state) {
    const { file, model } = state;
    const longest = model?.limits && this.text.say("files_longest", { length: this.text.minutes(model.limits.upload_ms) });
    write($("file-longest"), longest ?? "");
    this.ready = isAtRest(state);
    $("files").hidden = !this.ready;
    const under = !this.ready;
    $("file-state").hidden = file === null || !(under || file.stage === "done");
    if (file === null) return;
    $("file-state").dataset.stage = file.stage;
    this.progress.hidden = $("file-cancel").hidden = !under;
    if (file.stage === "sending") this.progress.value = file.share;
    else this.progress.removeAttribute("value"); // It moves, and promises nothing.
    this.progress.setAttribute("aria-label", this.text.say("files"));
    write($("file-word"), this.sentence(state));
  }

  /** @param {State} state */
  sentence({ file, totals }) {
    if (file === null) return "";
    const { name, stage, share } = file;
    const length = this.text.clock(totals.audioMs);
    return this.text.say(`file_${stage}`, { name, length, percent: this.text.percent(share) });
  }
}
