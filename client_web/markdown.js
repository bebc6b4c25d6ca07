// @ts-check
/**
 * Draws a model's card, which is Markdown: headings, paragraphs, lists, tables, code. Nothing in
 * it is taken for HTML, no picture is loaded, and a link is shown as its words.
 */
import { make } from "./dom.js";

const FRONT_MATTER = /^---\n[\s\S]*?\n---\n/;
const BLOCK = /^(?:#{1,6} |```|[-*] |\d+\. |\||>)/;

/** @param {string} markdown @returns {DocumentFragment} */
export function renderMarkdown(markdown) {
  const lines = markdown.replace(/\r\n/g, "\n").replace(FRONT_MATTER, "").split("\n");
  const page = document.createDocumentFragment();
  while (lines.length > 0) {
    const block = takeBlock(lines);
    if (block) page.append(block);
  }
  return page;
}

/** @param {string[]} lines what is left; the block is taken off @returns {HTMLElement | null} */
function takeBlock(lines) {
  const line = lines[0];
  if (line.trim() === "") {
    lines.shift();
    return null;
  }
  if (line.startsWith("```")) return takeCode(lines);
  if (line.startsWith("|")) return takeTable(lines);
  const heading = /^(#{1,6}) (.*)/.exec(line);
  if (heading) {
    lines.shift();
    return withWords(make(heading[1].length > 2 ? "h5" : "h4"), heading[2]);
  }
  if (/^(?:[-*]|\d+\.) /.test(line)) return takeList(lines);
  return takeParagraph(lines);
}

/** @param {string[]} lines */
function takeCode(lines) {
  lines.shift();
  const code = [];
  while (lines.length > 0 && !lines[0].startsWith("```")) code.push(lines.shift());
  lines.shift();
  return make("pre", { tabIndex: 0 }, make("code", {}, code.join("\n")));
}

/** @param {string[]} lines */
function takeTable(lines) {
  const rows = takeWhile(lines, (line) => line.startsWith("|")).map((line) =>
    line.replace(/^\||\|\s*$/g, "").split("|").map((cell) => cell.trim()));
  const isRule = (/** @type {string[]} */ cells) => cells.every((cell) => /^:?-*:?$/.test(cell));
  const table = make("table");
  for (const [at, cells] of rows.entries()) {
    if (at > 0 && isRule(cells)) continue;
    const row = cells.map((cell) => withWords(make(at === 0 ? "th" : "td"), cell));
    table.append(make("tr", {}, ...row));
  }
  return make("div", { className: "wide", tabIndex: 0 }, table);
}

/** @param {string[]} lines */
function takeList(lines) {
  const list = make(/^\d/.test(lines[0]) ? "ol" : "ul");
  while (lines.length > 0 && /^(?:[-*]|\d+\.) /.test(lines[0])) {
    const words = [String(lines.shift()).replace(/^(?:[-*]|\d+\.) /, "")];
    words.push(...takeWhile(lines, (line) => /^\s+\S/.test(line)).map((line) => line.trim()));
    list.append(withWords(make("li"), words.join(" ")));
  }
  return list;
}

/** @param {string[]} lines */
function takeParagraph(lines) {
  const words = [String(lines.shift()).replace(/^> ?/, "")];
  words.push(...takeWhile(lines, (line) => line.trim() !== "" && !BLOCK.test(line)));
  return withWords(make("p"), words.join(" "));
}

/** @param {string[]} lines @param {(line: string) => boolean} fits @returns {string[]} taken off */
function takeWhile(lines, fits) {
  const end = lines.findIndex((line) => !fits(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

/**
 * Words with `code`, **weight**, *stress*, and links and pictures as their names.
 * @template {HTMLElement} T
 * @param {T} element
 * @param {string} words
 * @returns {T}
 */
function withWords(element, words) {
  const plain = words.replace(/!\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  for (const part of plain.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/)) {
    if (/^`.+`$/.test(part)) element.append(make("code", {}, part.slice(1, -1)));
    else if (/^\*\*.+\*\*$/.test(part)) element.append(make("strong", {}, part.slice(2, -2)));
    else if (/^\*.+\*$/.test(part)) element.append(make("em", {}, part.slice(1, -1)));
    else if (part) element.append(part);
  }
  return element;
}
