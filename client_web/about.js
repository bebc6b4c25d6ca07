// @ts-check
/** The sheet about the model: what it is, how often it is right, what it must not be used for, its card. */
import { make } from "./dom.js";
import { renderMarkdown } from "./markdown.js";

/** @typedef {import("./model.js").ModelFacts} ModelFacts */

/**
 * @param {HTMLElement} place
 * @param {ModelFacts} facts
 * @param {string | null} card Markdown
 * @param {import("./text.js").Text} text
 */
export function renderAbout(place, facts, card, text) {
  const { name, version } = facts;
  const labels = facts.labels.map((label) => text.label(label).toLowerCase());
  const list = new Intl.ListFormat(text.language, { type: "conjunction" }).format(labels);
  place.replaceChildren(
    make("p", {}, text.say("about_what", { name, version, labels: list })),
    make("h3", {}, text.say("about_measured")),
    ...measured(facts, text),
    make("h3", {}, text.say("about_law")),
    make("p", {}, text.say("notice_law")),
    make("h3", {}, text.say("about_card")),
    card === null
      ? make("p", {}, text.say("about_no_card"))
      : make("article", { id: "card", className: "card", lang: "en" }, renderMarkdown(card)),
  );
}

/** @param {ModelFacts} facts @param {import("./text.js").Text} text @returns {HTMLElement[]} */
function measured({ report }, text) {
  const speech = report?.splits.test?.speech;
  if (!speech) return [make("p", {}, text.say("about_unmeasured"))];
  const { pooled, uar_interval: interval, answered, answered_accuracy: right } = speech;
  const values = {
    segments: pooled.segments,
    speakers: pooled.speakers ?? "",
    uar: text.percent(pooled.uar),
    chance: text.percent(pooled.chance_uar),
    low: interval ? text.percent(interval.low) : "",
    high: interval ? text.percent(interval.high) : "",
  };
  const isWhole = interval !== undefined && pooled.speakers !== undefined;
  const sentences = [text.say(isWhole ? "about_test" : "about_test_short", values)];
  if (answered !== undefined && right !== undefined) {
    const shares = { answered: text.percent(answered), accuracy: text.percent(right) };
    sentences.push(text.say("about_answered", shares));
  }
  sentences.push(text.say("about_acted"));
  return sentences.map((sentence) => make("p", {}, sentence));
}
