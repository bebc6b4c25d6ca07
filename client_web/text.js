// @ts-check
/**
 * What the page says, in the language chosen: sentences by key, numbers, times. A language is a
 * table with the keys of `text_en.js`.
 */
import { ENGLISH } from "./text_en.js";
import { SPANISH } from "./text_es.js";

/** @typedef {keyof typeof ENGLISH} Key */
/** @typedef {ReturnType<typeof createText>} Text */

/** @type {Readonly<Record<string, Readonly<Record<Key, string>>>>} */
export const TABLES = Object.freeze({ en: ENGLISH, es: SPANISH });

/**
 * The first of somebody's languages that there is a table for.
 * @param {readonly string[]} wanted such as `navigator.languages`
 */
export function chooseLanguage(wanted) {
  const known = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return known.find((language) => Object.hasOwn(TABLES, language)) ?? "en";
}

/**
 * The sentences and number formats of a language. There is one such object, which everyone keeps;
 * `use` changes its language in place, and what is drawn then has to be drawn again.
 * @param {string} language a key of `TABLES`; English where it is none
 * @param {Record<string, string>} [place] values for every sentence, such as the server's `host`
 */
export function createText(language, place = {}) {
  let { table, percents, tenths, plurals, minutes, name } = formatsOf(language);

  /** @param {Key} key @param {Record<string, string | number>} [values] */
  const say = (key, values = {}) =>
    table[key].replace(/\{(\w+)\}/g, (_, value) => String(values[value] ?? place[value]));

  /**
   * What may lack a key, such as a code from a newer server.
   * @param {string} key
   * @param {string} otherwise
   */
  const sayOr = (key, otherwise) => (Object.hasOwn(table, key) ? say(/** @type {Key} */ (key)) : otherwise);

  /**
   * A sentence with a count in it, in the form that the count asks for.
   * @param {string} key
   * @param {number} count
   * @param {Record<string, string>} values
   */
  const sayCount = (key, count, values) => {
    const form = `${key}_${plurals.select(count)}`;
    return say(/** @type {Key} */ (Object.hasOwn(table, form) ? form : `${key}_other`), { count, ...values });
  };

  return Object.freeze({
    /** @param {string} other a key of `TABLES` */
    use: (other) => void ({ table, percents, tenths, plurals, minutes, name } = formatsOf(other)),
    /** The one in use, such as "en". */
    get language() {
      return name;
    },
    say,
    sayCount,
    /** @param {number} share from 0 to 1 */
    percent: (share) => percents.format(share),
    /** @param {number} ms */
    seconds: (ms) => say("seconds", { seconds: tenths.format(ms / 1000) }),
    clock,
    /** In words. @param {number} ms */
    minutes: (ms) => minutes.format(ms / 60_000),
    /** An emotion; of a model with other classes, the word as it comes. @param {string} label */
    label: (label) => sayOr(`label_${label}`, label.charAt(0).toUpperCase() + label.slice(1)),
    /** @param {string | null} reason */
    reason: (reason) => sayOr(`reason_${reason}`, say("reason_uncertain")),
    /** @param {string | null} reason */
    why: (reason) => sayOr(`why_${reason}`, say("why_uncertain")),
    /** @param {{code: string, message?: string}} failure */
    error: ({ code, message }) => sayOr(`error_${code}`, message ?? say("error_unknown")),
    /**
     * A warning, or an error that the session survives.
     * @param {{code: string, message?: string}} warning
     */
    warning: ({ code, message }) =>
      sayOr(`warning_${code}`, sayOr(`error_${code}`, message ?? say("error_unknown"))),
  });
}

/** @param {string} language */
function formatsOf(language) {
  const name = Object.hasOwn(TABLES, language) ? language : "en";
  return {
    name,
    table: TABLES[name],
    percents: new Intl.NumberFormat(name, { style: "percent", maximumFractionDigits: 0 }),
    tenths: new Intl.NumberFormat(name, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    plurals: new Intl.PluralRules(name),
    minutes: new Intl.NumberFormat(name, { style: "unit", unit: "minute", unitDisplay: "long", maximumFractionDigits: 1 }),
  };
}

/** Minutes and seconds, and hours where there are some: 0:07, 12:30, 1:00:00. @param {number} ms */
function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
