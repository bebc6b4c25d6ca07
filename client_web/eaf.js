// @ts-check
/**
 * ELAN's annotation format, EAF 3.0. Utterances and emotions are tiers with times; confidence,
 * correction and note belong to an emotion each. Emotions come from a closed vocabulary: the
 * model's labels, then the reasons why there may be none.
 */
import { wordOf } from "./annotation.js";
import { escapeText, moment, oneLine } from "./notation.js";
import { REASONS } from "./protocol.js";
import { tiersOf } from "./tiers.js";

/** @typedef {import("./annotation.js").Annotation} Annotation */
/** @typedef {import("./tiers.js").Interval} Interval */
/** @typedef {import("./tiers.js").Tier} Tier */
/**
 * Numbers by name: `slots` of the ends of annotations, `annotations` by tier and start, `words`.
 * @typedef {{slots: Map<string, number>, annotations: Map<string, number>, words: Map<string, number>}} Numbers
 */

/** @type {readonly [suffix: string, type: string][]} */
const MEDIA_TYPES = [[".wav", "audio/x-wav"], [".flac", "audio/flac"], [".ogg", "audio/ogg"], [".oga", "audio/ogg"], [".opus", "audio/ogg"]];
const WITH_TIMES = new Set(["utterance", "emotion"]);
/** Of the other tiers, whose annotations have the times of its. */
const PARENT = "emotion";
const BY_A_PERSON = new Set(["correction", "note"]);
const FROM_VOCABULARY = new Set(["emotion", "correction"]);
/** As ELAN itself writes them, its spelling included; it expects all four. */
const STEREOTYPES = [
  ["Time_Subdivision", "Time subdivision of parent annotation's time interval, no time gaps allowed within this interval"],
  ["Symbolic_Subdivision", "Symbolic subdivision of a parent annotation. Annotations refering to the same parent are ordered"],
  ["Symbolic_Association", "1-1 association with a parent annotation"],
  ["Included_In", "Time alignable annotations within the parent annotation's time interval, gaps are allowed"],
];
// Names of a schema and a namespace, which are never fetched.
const HEAD =
  'FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
  'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd"';

/** @param {Annotation} annotation */
export function writeEaf(annotation) {
  const { about } = annotation;
  const tiers = tiersOf(annotation).map(({ name, intervals }) => ({
    name,
    intervals: intervals.filter(({ text }) => text),
  }));
  const ends = endsOf(tiers);
  const starts = tiers.flatMap(({ name, intervals }) => intervals.map(({ startMs }) => `${name} ${startMs}`));
  const numbers = {
    slots: numbered(ends.map(({ key }) => key)),
    annotations: numbered(starts),
    words: numbered(vocabularyOf(annotation)),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<ANNOTATION_DOCUMENT AUTHOR="vivavoz" DATE="${moment(about.madeAt)}" ${HEAD}>`,
    '    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">',
    ...mediaLines(about.source),
    `        <PROPERTY NAME="lastUsedAnnotationId">${starts.length}</PROPERTY>`,
    "    </HEADER>",
    "    <TIME_ORDER>",
    ...ends.map(({ ms }, at) => `        <TIME_SLOT TIME_SLOT_ID="ts${at + 1}" TIME_VALUE="${ms}"/>`),
    "    </TIME_ORDER>",
    ...tiers.flatMap((tier) => tierLines(tier, about.model, numbers)),
    ...tiers.map(typeLine),
    '    <LANGUAGE LANG_ID="eng" LANG_LABEL="English (eng)"/>',
    ...STEREOTYPES.map(([name, text]) => `    <CONSTRAINT DESCRIPTION="${escapeText(text)}" STEREOTYPE="${name}"/>`),
    ...entryLines(numbers.words),
    "</ANNOTATION_DOCUMENT>",
    "",
  ].join("\n");
}

/** @param {string[]} keys */
function numbered(keys) {
  return new Map(keys.map((key, at) => [key, at + 1]));
}

/** Every word that stands or may stand on a tier of the vocabulary. @param {Annotation} annotation */
function vocabularyOf({ about, segments }) {
  const said = segments.flatMap((segment) => [wordOf(segment), segment.correction]);
  return [...new Set([...about.labels, ...REASONS, ...said].map(oneLine).filter(Boolean))];
}

/** Both ends of each annotation that has times of its own, in order of time. @param {Tier[]} tiers */
function endsOf(tiers) {
  return tiers
    .filter(({ name }) => WITH_TIMES.has(name))
    .flatMap(({ name, intervals }) =>
      intervals.flatMap(({ startMs, endMs }) => [
        { ms: startMs, key: `${name} start ${startMs}` },
        { ms: endMs, key: `${name} end ${endMs}` },
      ]),
    )
    .sort((one, other) => one.ms - other.ms);
}

/** Where the recording is, beside the document; nothing if it is no file of sound. @param {string} source */
function mediaLines(source) {
  const name = escapeText(source);
  return MEDIA_TYPES.filter(([suffix]) => source.toLowerCase().endsWith(suffix)).map(
    ([, type]) => `        <MEDIA_DESCRIPTOR MEDIA_URL="${name}" MIME_TYPE="${type}" RELATIVE_MEDIA_URL="./${name}"/>`,
  );
}

/** @param {Tier} tier @param {string} model @param {Numbers} numbers */
function tierLines({ name, intervals }, model, numbers) {
  const parentRef = WITH_TIMES.has(name) ? "" : ` PARENT_REF="${PARENT}"`;
  const annotator = BY_A_PERSON.has(name) ? "" : ` ANNOTATOR="${escapeText(model)}"`;
  const opening = `<TIER${annotator} LINGUISTIC_TYPE_REF="${name}"${parentRef} TIER_ID="${name}"`;
  if (intervals.length === 0) return [`    ${opening}/>`];
  return [`    ${opening}>`, ...intervals.flatMap((interval) => annotationLines(name, interval, numbers)), "    </TIER>"];
}

/** @param {string} tier @param {Interval} interval @param {Numbers} numbers */
function annotationLines(tier, { startMs, endMs, text }, { slots, annotations, words }) {
  const hasTimes = WITH_TIMES.has(tier);
  const kind = hasTimes ? "ALIGNABLE_ANNOTATION" : "REF_ANNOTATION";
  const slot1 = slots.get(`${tier} start ${startMs}`);
  const slot2 = slots.get(`${tier} end ${endMs}`);
  const where = hasTimes
    ? `TIME_SLOT_REF1="ts${slot1}" TIME_SLOT_REF2="ts${slot2}"`
    : `ANNOTATION_REF="a${annotations.get(`${PARENT} ${startMs}`)}"`;
  const entry = FROM_VOCABULARY.has(tier) ? ` CVE_REF="cve${words.get(text)}"` : "";
  return [
    "        <ANNOTATION>",
    `            <${kind} ANNOTATION_ID="a${annotations.get(`${tier} ${startMs}`)}"${entry} ${where}>`,
    `                <ANNOTATION_VALUE>${escapeText(text)}</ANNOTATION_VALUE>`,
    `            </${kind}>`,
    "        </ANNOTATION>",
  ];
}

/** A tier's linguistic type, which has its name. @param {Tier} tier */
function typeLine({ name }) {
  const hasTimes = WITH_TIMES.has(name);
  const constraint = hasTimes ? "" : ' CONSTRAINTS="Symbolic_Association"';
  const vocabulary = FROM_VOCABULARY.has(name) ? ' CONTROLLED_VOCABULARY_REF="emotion"' : "";
  return (
    `    <LINGUISTIC_TYPE${constraint}${vocabulary} GRAPHIC_REFERENCES="false" ` +
    `LINGUISTIC_TYPE_ID="${name}" TIME_ALIGNABLE="${hasTimes}"/>`
  );
}

/** @param {Map<string, number>} words */
function entryLines(words) {
  const entries = [...words].flatMap(([word, number]) => [
    `        <CV_ENTRY_ML CVE_ID="cve${number}">`,
    `            <CVE_VALUE DESCRIPTION="" LANG_REF="eng">${escapeText(word)}</CVE_VALUE>`,
    "        </CV_ENTRY_ML>",
  ]);
  return [
    '    <CONTROLLED_VOCABULARY CV_ID="emotion">',
    '        <DESCRIPTION LANG_REF="eng">Emotions, and why none was named</DESCRIPTION>',
    ...entries,
    "    </CONTROLLED_VOCABULARY>",
  ];
}
