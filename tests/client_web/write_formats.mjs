// Reads JSON documents on stdin and writes each in every format of the page.
// node write_formats.mjs FOLDER_OF_THE_PAGE < [document, …] > [{format: text, …}, …]
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { FORMATS, exportBlob } = await import(pathToFileURL(`${process.argv[2]}/formats.js`).href);

const annotationOf = ({ source, made_at, model, labels, audio_ms, utterances }) => ({
  about: { source, madeAt: new Date(made_at), model, labels },
  audioMs: audio_ms,
  segments: utterances.flatMap(({ start_ms, segments }) =>
    segments.map((fields, segment) => ({ ...fields, utterance_id: start_ms, segment })),
  ),
});

const written = JSON.parse(readFileSync(0, "utf-8")).map(async (document) => {
  const annotation = annotationOf(document);
  const texts = Object.entries(FORMATS).map(async ([name, format]) => {
    const blob = exportBlob(annotation, format);
    return [name, { text: await blob.text(), suffix: format.suffix, type: blob.type }];
  });
  return Object.fromEntries(await Promise.all(texts));
});
process.stdout.write(JSON.stringify(await Promise.all(written)));
