// @ts-check
/**
 * Colours and fonts of the chart, read from the style sheet: the canvas follows the theme and
 * never has colours of its own. Mixtures are left to the browser, by way of a probe.
 */

/**
 * Of one tone: itself; tinted, as a ground for words; dark enough to draw and write with.
 * @typedef {{tone: string, tint: string, stroke: string}} Tone
 */
/**
 * @typedef {object} Palette
 * @property {string} paper
 * @property {string} ink
 * @property {string} quiet
 * @property {string} line
 * @property {string} alarm
 * @property {string} serif
 * @property {string} sans
 * @property {number} unit CSS pixels in a sixteenth of the page's font size
 * @property {(tone: string) => Tone} toneOf
 * @property {(color: string) => CanvasPattern | string} hatch slanted lines
 */

const HATCH = 6;

/** @param {HTMLCanvasElement} canvas @returns {Palette} */
export function readPalette(canvas) {
  const { ownerDocument: document } = canvas;
  /** @type {Map<string, Tone>} */
  const tones = new Map();
  /** @type {Map<string, CanvasPattern | string>} */
  const hatches = new Map();
  const root = getComputedStyle(document.documentElement);
  const [paper, ink, quiet, line, alarm] = readColors(canvas, null, ["paper", "ink", "quiet", "line", "alarm"]);
  return {
    paper,
    ink,
    quiet,
    line,
    alarm,
    serif: root.getPropertyValue("--serif").trim() || "serif",
    sans: root.getPropertyValue("--sans").trim() || "sans-serif",
    unit: parseFloat(root.fontSize) / 16,
    toneOf(name) {
      let tone = tones.get(name);
      if (tone === undefined) tones.set(name, (tone = readTone(canvas, name)));
      return tone;
    },
    hatch(color) {
      let hatch = hatches.get(color);
      if (hatch === undefined) hatches.set(color, (hatch = createHatch(document, color)));
      return hatch;
    },
  };
}

/** @param {HTMLCanvasElement} canvas @param {string} name @returns {Tone} */
function readTone(canvas, name) {
  const [tone, tint, stroke] = readColors(canvas, name, ["tone", "tint", "stroke"]);
  return { tone, tint, stroke };
}

/**
 * Custom properties as colours that a canvas takes.
 * @param {HTMLCanvasElement} canvas
 * @param {string | null} tone
 * @param {string[]} names
 */
function readColors(canvas, tone, names) {
  const probe = canvas.ownerDocument.createElement("span");
  probe.hidden = true;
  // Nothing may glide here from colour to colour while it is read.
  probe.style.transition = "none";
  // With forced colours all would be one; what is drawn needs its own to be told apart.
  probe.style.setProperty("forced-color-adjust", "none");
  if (tone !== null) probe.dataset.tone = tone;
  canvas.after(probe);
  const colors = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colors;
}

/** @param {Document} document @param {string} color @returns {CanvasPattern | string} */
function createHatch(document, color) {
  const scale = devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(HATCH * scale);
  const context = tile.getContext("2d");
  if (context === null) return color;
  const size = tile.width;
  context.strokeStyle = color;
  context.lineWidth = 1.4 * scale;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - size / 2, size * 1.5);
    context.lineTo(shift + size * 1.5, -size / 2);
  }
  context.stroke();
  const pattern = context.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern ?? color;
}
