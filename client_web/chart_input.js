// @ts-check
/**
 * Wheel, pointers and keys, turned into the few things that a chart can do. Vertical swipes are
 * left to the page, so that a thumb can scroll past.
 */

/**
 * Places are shares of the width: 0 left, 1 right.
 * @typedef {object} Commands
 * @property {(factor: number, share: number) => void} zoom above 1 to see more
 * @property {(share: number) => void} pan to later times
 * @property {(share: number) => void} tap
 * @property {(share: number | null) => void} hover
 * @property {() => void} home
 * @property {() => void} live
 * @property {() => void} all
 * @property {(by: number) => void} step to the next segment
 * @property {() => void} play the chosen segment
 * @property {() => void} leave the chosen segment
 */

const LINE = 16;
const WHEEL_ZOOM = 0.0016;
/** A pinch on a trackpad comes as a wheel with Control, in smaller steps. */
const PINCH_ZOOM = 0.01;
/** A finger that moved less has tapped. */
const TAP_PIXELS = 6;
/** A wheel that began to scroll the page goes on doing so when the chart comes below it. */
const SCROLLING_MS = 250;
const KEY_PAN = 0.15;
const KEY_PAN_FAR = 0.9;
const KEY_ZOOM = 1.5;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Commands} commands
 * @returns {() => void} stops listening
 */
export function listen(canvas, commands) {
  const stop = new AbortController();
  const { signal } = stop;
  listenToWheel(canvas, commands, signal);
  listenToPointers(canvas, commands, signal);
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const command = commandOf(event.key, event.shiftKey, commands);
    if (command === null) return;
    event.preventDefault();
    command();
  }, { signal });
  return () => stop.abort();
}

/** @param {string} key @param {boolean} far @param {Commands} commands @returns {(() => void) | null} */
function commandOf(key, far, commands) {
  const pan = far ? KEY_PAN_FAR : KEY_PAN;
  /** @type {Record<string, () => void>} */
  const table = {
    ArrowLeft: () => commands.pan(-pan),
    ArrowRight: () => commands.pan(pan),
    ArrowUp: () => commands.step(-1),
    ArrowDown: () => commands.step(1),
    "+": () => commands.zoom(1 / KEY_ZOOM, 0.5),
    "=": () => commands.zoom(1 / KEY_ZOOM, 0.5),
    "-": () => commands.zoom(KEY_ZOOM, 0.5),
    0: commands.all,
    Home: commands.home,
    End: commands.live,
    l: commands.live,
    L: commands.live,
    Enter: commands.play,
    " ": commands.play,
    Escape: commands.leave,
  };
  return Object.hasOwn(table, key) ? table[key] : null;
}

/** @param {HTMLCanvasElement} canvas @param {Commands} commands @param {AbortSignal} signal */
function listenToWheel(canvas, commands, signal) {
  let scrolledAt = -Infinity;
  /** @param {WheelEvent} event */
  const onPage = (event) => {
    if (event.target !== canvas) scrolledAt = event.timeStamp;
  };
  canvas.ownerDocument.addEventListener("wheel", onPage, { signal, passive: true });
  canvas.addEventListener("wheel", (event) => {
    if (event.timeStamp - scrolledAt < SCROLLING_MS) {
      scrolledAt = event.timeStamp;
      return;
    }
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    const across = (event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX) * unit;
    const { width } = canvas.getBoundingClientRect();
    if (Math.abs(across) > Math.abs(event.deltaY * unit) || event.shiftKey) {
      commands.pan(across / width);
    } else {
      const step = event.deltaY * unit * (event.ctrlKey ? PINCH_ZOOM : WHEEL_ZOOM);
      commands.zoom(Math.exp(step), shareAt(canvas, event));
    }
  }, { signal, passive: false });
}

/** @param {HTMLCanvasElement} canvas @param {Commands} commands @param {AbortSignal} signal */
function listenToPointers(canvas, commands, signal) {
  /** @type {Map<number, number>} where each finger is */
  const fingers = new Map();
  let moved = 0;

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (fingers.size === 0) moved = 0;
    fingers.set(event.pointerId, shareAt(canvas, event));
    canvas.setPointerCapture(event.pointerId);
  }, { signal });

  canvas.addEventListener("pointermove", (event) => {
    const share = shareAt(canvas, event);
    const before = fingers.get(event.pointerId);
    if (before === undefined) return commands.hover(event.pointerType === "touch" ? null : share);
    const { width } = canvas.getBoundingClientRect();
    const others = [...fingers].filter(([id]) => id !== event.pointerId);
    moved += Math.abs(share - before) * width;
    if (moved < TAP_PIXELS) return;
    fingers.set(event.pointerId, share);
    const other = others[0]?.[1];
    if (other === undefined) return commands.pan(before - share);
    const [was, is] = [Math.abs(before - other), Math.abs(share - other)];
    if (is > 0.01) commands.zoom(was / is, other);
  }, { signal });

  canvas.addEventListener("pointerup", (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size === 0 && moved < TAP_PIXELS) commands.tap(shareAt(canvas, event));
  }, { signal });
  canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId), { signal });
  canvas.addEventListener("pointerleave", () => commands.hover(null), { signal });
}

/** @param {HTMLCanvasElement} canvas @param {MouseEvent} event */
function shareAt(canvas, event) {
  const { left, width } = canvas.getBoundingClientRect();
  return (event.clientX - left) / width;
}
