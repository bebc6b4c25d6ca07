// @ts-check
/** What was said in all, shown when listening has ended: a bar of shares, and a list. */

/** @typedef {import("./state.js").Totals} Totals */

const NOTHING = Object.freeze({ ms: 0, segments: 0 });

/**
 * @param {HTMLElement} element
 * @param {Totals} totals
 * @param {readonly string[]} labels the model's, in its order
 * @param {import("./text.js").Text} text
 */
export function renderSummary(element, totals, labels, text) {
  const shares = sharesOf(totals, labels);
  const all = shares.reduce((sum, { ms }) => sum + ms, 0);
  const heading = make("h2", "", text.say("summary"));
  const times = { speech: text.clock(totals.speechMs), audio: text.clock(totals.audioMs) };
  const sentence = text.sayCount("summary_spoken", totals.utterances, times);
  const spoken = make("p", "summary-spoken", sentence);
  const bar = make("div", "summary-bar", "");
  bar.setAttribute("aria-hidden", "true"); // The list says the same.
  const list = make("ul", "summary-list", "");
  for (const { label, ms, segments } of shares) {
    const piece = make("span", "", "");
    piece.dataset.tone = label || "none";
    piece.style.flexGrow = String(ms);
    bar.append(piece);
    const name = label ? text.label(label) : text.say("summary_none");
    const item = make("li", "", "");
    Object.assign(item.dataset, { tone: label || "none", label, segments: String(segments) });
    item.append(make("span", "summary-name", name), make("span", "", text.percent(ms / all)));
    list.append(item);
  }
  element.replaceChildren(heading, spoken, ...(shares.length > 0 ? [bar, list] : []));
}

/**
 * The shares there are, in the model's order; what has no label comes last.
 * @param {Totals} totals
 * @param {readonly string[]} labels
 */
function sharesOf(totals, labels) {
  const named = [...new Set([...labels, ...Object.keys(totals.labels)])];
  const nameless = Object.values(totals.reasons).reduce(
    (sum, share) => ({ ms: sum.ms + share.ms, segments: sum.segments + share.segments }),
    NOTHING,
  );
  return [
    ...named.map((label) => ({ label, ...(totals.labels[label] ?? NOTHING) })),
    { label: "", ...nameless },
  ].filter(({ ms }) => ms > 0);
}

/** @param {string} tag @param {string} name @param {string} content */
function make(tag, name, content) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = content;
  return element;
}
