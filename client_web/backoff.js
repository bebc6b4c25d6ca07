// @ts-check
/** How long to wait before the next try. */

const FIRST_MS = 250;
const MOST_MS = 8000;

/**
 * Each wait is up to twice as long as the one before, and none is the same for two pages: a
 * server that restarts is not met by all at once.
 */
export class Backoff {
  /** @param {() => number} [random] from 0 to 1 */
  constructor(random = Math.random) {
    this.random = random;
    this.tries = 0;
  }

  /** Milliseconds to wait now. */
  next() {
    const most = Math.min(MOST_MS, FIRST_MS * 2 ** this.tries);
    const least = this.tries === 0 ? 0 : most / 2;
    this.tries += 1;
    return least + (most - least) * this.random();
  }

  /** It went well again. */
  reset() {
    this.tries = 0;
  }
}
