// @ts-check
/** Below the chart: buttons for what wheel and keys do, and what the pointer is on. */

import { make, write } from "./dom.js";

/** @typedef {import("./protocol.js").Emotion} Emotion */
/** @typedef {import("./text.js").Text} Text */

const BUTTON_ZOOM = 2;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Text} text
 * @param {import("./chart_input.js").Commands} commands
 */
export function createBar(canvas, text, commands) {
  const said = make("p", { className: "chart-said" });
  const help = make("p", { className: "unseen", id: "chart-help" });
  const out = createButton("−", () => commands.zoom(BUTTON_ZOOM, 0.5));
  const into = createButton("+", () => commands.zoom(1 / BUTTON_ZOOM, 0.5));
  const all = createButton("", commands.all);
  const live = createButton("", commands.live);
  live.classList.add("chart-live");
  const bar = make("div", { className: "chart-bar" }, said, out, into, all, live);
  help.textContent = text.say("chart_help");
  name(out, text.say("chart_zoom_out"));
  name(into, text.say("chart_zoom_in"));
  Object.assign(all, { textContent: text.say("chart_all"), title: text.say("chart_all_hint") });
  Object.assign(live, { textContent: text.say("chart_live"), title: text.say("chart_live_hint") });
  canvas.after(bar, help);
  canvas.tabIndex = 0;
  // Its keys are its own; without this, a screen reader would keep the arrows to itself.
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-describedby", help.id);

  return {
    /** @param {{live: boolean, ended: boolean, verdict: Emotion | null}} shown */
    show({ live: follows, ended, verdict }) {
      const words = verdict === null ? text.say("chart_hint") : describe(verdict, text);
      write(said, words);
      said.dataset.tone = verdict?.label ?? "none";
      said.dataset.shown = String(verdict !== null);
      live.setAttribute("aria-pressed", String(follows));
      live.hidden = ended;
    },
    remove() {
      bar.remove();
      help.remove();
    },
  };
}

/** @param {Emotion} verdict @param {Text} text */
export function describe(verdict, text) {
  const { label, reason, start_ms: startMs, end_ms: endMs } = verdict;
  const word = label === null ? text.reason(reason) : text.label(label);
  const where = text.say("span", { start: text.clock(startMs), end: text.clock(endMs) });
  const sure = label === null ? "" : ` · ${text.say("sure", { percent: text.percent(verdict.confidence) })}`;
  return `${word} · ${where}${sure}`;
}

/** @param {string} face @param {() => void} press */
function createButton(face, press) {
  const button = make("button", { type: "button", className: "chart-button", textContent: face });
  button.addEventListener("click", press);
  return button;
}

/** @param {HTMLElement} button @param {string} words */
function name(button, words) {
  button.title = words;
  button.setAttribute("aria-label", words);
}
