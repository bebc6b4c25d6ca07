// @ts-check
/** The sound of a session as a WAV. */

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
/** A WAV counts its bytes in 32 bits. */
const MOST_BYTES = 2 ** 32 - HEADER_BYTES;

/**
 * The sound as a WAV: 16-bit PCM, mono. The blocks are not copied.
 * @param {readonly (ArrayBuffer | Int16Array)[]} blocks little-endian, in order
 * @param {number} sampleRate Hz
 * @returns {Blob}
 * @throws {RangeError} it is longer than a WAV can be: twelve hours at 48 kHz
 */
export function wavBlob(blocks, sampleRate) {
  const bytes = blocks.reduce((sum, block) => sum + block.byteLength, 0);
  if (bytes > MOST_BYTES) throw new RangeError(`${bytes} bytes are more than a WAV can hold`);
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  const ascii = (/** @type {number} */ at, /** @type {string} */ text) =>
    [...text].forEach((letter, i) => header.setUint8(at + i, letter.charCodeAt(0)));
  ascii(0, "RIFF");
  header.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  ascii(8, "WAVEfmt ");
  header.setUint32(16, 16, true); // Bytes of what follows, to "data".
  header.setUint16(20, 1, true); // PCM
  header.setUint16(22, 1, true); // channels
  header.setUint32(24, sampleRate, true);
  header.setUint32(28, sampleRate * SAMPLE_BYTES, true);
  header.setUint16(32, SAMPLE_BYTES, true);
  header.setUint16(34, SAMPLE_BYTES * 8, true);
  ascii(36, "data");
  header.setUint32(40, bytes, true);
  const parts = /** @type {BlobPart[]} */ ([header, ...blocks]);
  return new Blob(parts, { type: "audio/wav" });
}
