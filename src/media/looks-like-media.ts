/** Bytes that {@link looksLikeMedia} wants of a file: three packets of a transport stream. */
export const HEAD_BYTES = 600;

const ENDINGS =
  /\.(3g2|3gp|aac|f4v|flac|m2ts|m4a|m4b|m4v|mka|mkv|mov|mp2|mp3|mp4|mts|mxf|oga|ogg|ogv|opus|qt|ts|wav|weba|webm)$/i;

/** The four letters of the boxes that MP4 and QuickTime files begin with, at byte 4. */
const FIRST_BOXES = new Set(["ftyp", "moov", "mdat", "free", "skip", "wide", "styp", "moof", "pnot"]);

/** What other containers begin with: Matroska, Ogg, FLAC, WAV (also of 64 bits), MP3 with its tags. */
const BEGINNINGS = ["\x1aE\xdf\xa3", "OggS", "fLaC", "RIFF", "RF64", "ID3"];

/** Whether a file's first eight bytes or more are those of an MP4 or a QuickTime file. */
export const beginsAsMovie = (head: Uint8Array): boolean =>
  FIRST_BOXES.has(String.fromCharCode(...head.subarray(4, 8)));

/**
 * Whether a file is worth a reading process of its own, by its name or by its first bytes. A wrong yes costs a look, a
 * wrong no only the facts.
 */
export function looksLikeMedia(name: string, head: Uint8Array): boolean {
  if (ENDINGS.test(name)) return true;
  const text = String.fromCharCode(...head.subarray(0, 8));
  if (beginsAsMovie(head) || BEGINNINGS.some((beginning) => text.startsWith(beginning))) return true;
  return [0, 4].some((at) => isTransportStream(head, at)) || isAudioFrame(head);
}

/** Packets of 188 bytes, or of 192 with four before each, that begin with 0x47 (ISO/IEC 13818-1). */
const isTransportStream = (head: Uint8Array, at: number): boolean =>
  [0, 1, 2].every((packet) => head[at + packet * (188 + at)] === 0x47);

/** The eleven bits, or twelve, that a frame of MP3 or AAC begins with. */
const isAudioFrame = (head: Uint8Array): boolean => head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0;
