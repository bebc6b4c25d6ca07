// @ts-check
/** A drawn face for each emotion, so that colour is never the only sign. 24 by 24, stroked. */

const SVG = "http://www.w3.org/2000/svg";
const EYES = "M9 9.6v.2M15 9.6v.2";
const HEAD = "M12 2.8a9.2 9.2 0 1 1 0 18.4a9.2 9.2 0 0 1 0-18.4z";

/** @type {Readonly<Record<string, string>>} */
const PATHS = Object.freeze({
  angry: `${HEAD}M7.2 8l3 1.7M16.8 8l-3 1.7M9.2 11v.2M14.8 11v.2M8.6 16.4c2-1.6 4.8-1.6 6.8 0`,
  disgust: `${HEAD}M7.6 9.8h2.6M13.8 9.8h2.6M7.8 15.8c1.4-1.8 2.8-1.8 4.2-.4s2.8 1.4 4.2-.4`,
  fearful: `${HEAD}M7.2 7.6l2.4-1.1M16.8 7.6l-2.4-1.1M9 10.4v.2M15 10.4v.2M12 13.8a2 2.2 0 1 1 0 4.4a2 2.2 0 0 1 0-4.4z`,
  happy: `${HEAD}${EYES}M7.6 13.4c1 4.6 7.8 4.6 8.8 0z`,
  neutral: `${HEAD}${EYES}M8.6 15h6.8`,
  sad: `${HEAD}M7.2 9l2.6-1.3M16.8 9l-2.6-1.3M9 11v.2M15 11v.2M8.4 16.8c1.8-2.4 5.4-2.4 7.2 0`,
});
/** For no label: a head without a face. */
const NONE = `${HEAD}M8 12v.2M12 12v.2M16 12v.2`;

/** A face as the path of an SVG, 24 by 24. @param {string} label an emotion, or "" for none */
export function pathOf(label) {
  return PATHS[label] ?? NONE;
}

/**
 * @param {string} label an emotion, or "" for none
 * @returns {SVGSVGElement} hidden from assistive technology: a word always stands beside it
 */
export function createIcon(label) {
  const icon = /** @type {SVGSVGElement} */ (document.createElementNS(SVG, "svg"));
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  icon.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", pathOf(label));
  icon.append(path);
  return icon;
}
