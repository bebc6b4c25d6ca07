// @ts-check
/** Keeps the screen on while somebody is listened to. A browser that cannot is no failure. */

export class WakeLock {
  constructor() {
    /** @type {WakeLockSentinel | null} */
    this.held = null;
    this.wanted = false;
    // The browser lets go of it when the page is out of sight.
    document.addEventListener("visibilitychange", () => this.ask());
  }

  /** @param {boolean} on */
  async keep(on) {
    if (on === this.wanted) return;
    this.wanted = on;
    if (on) return this.ask();
    const { held } = this;
    this.held = null;
    await held?.release();
  }

  async ask() {
    if (!this.wanted || document.visibilityState !== "visible") return;
    try {
      const held = await navigator.wakeLock?.request("screen");
      if (this.wanted) this.held = held ?? null;
      else await held?.release();
    } catch {
      // Low battery, or not allowed: the screen goes dark as it always does.
    }
  }
}
