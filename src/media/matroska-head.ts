import type { Track } from "../core/content/claims.ts";
import { labelOf } from "../core/content/label.ts";
import { VIDEO } from "../core/limits.ts";

/** What mediabunny does not tell of a Matroska file. */
export interface MatroskaHead {
  readonly title: string;
  readonly subtitles: readonly Track[];
}

const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TITLE = 0x7ba9;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const CODEC_ID = 0x86;
const LANGUAGE = 0x22b59c;
const LANGUAGE_BCP47 = 0x22b59d;
const NAME = 0x536e;

const SUBTITLE_TYPE = 17;

/** An EBML element that lies whole or in part in the bytes. */
interface Element {
  readonly id: number;
  readonly data: Uint8Array;
}

/** Reads the first bytes of a Matroska file: elements that do not begin in them are not seen. Never throws. */
export function matroskaHead(bytes: Uint8Array): MatroskaHead {
  let title = "";
  const subtitles: Track[] = [];
  for (const { id, data } of childrenOf(child(bytes, SEGMENT))) {
    if (id === INFO) title = labelOf(text(data, TITLE));
    if (id !== TRACKS) continue;
    for (const track of childrenOf(data)) {
      const isSubtitle = track.id === TRACK_ENTRY && child(track.data, TRACK_TYPE).at(-1) === SUBTITLE_TYPE;
      if (isSubtitle && subtitles.length < VIDEO.maxTracks) subtitles.push(subtitleOf(track.data));
    }
  }
  return { title, subtitles };
}

function subtitleOf(entry: Uint8Array): Track {
  // English is what the format means by saying nothing.
  const language = text(entry, LANGUAGE_BCP47) || text(entry, LANGUAGE) || "eng";
  return {
    kind: "subtitle",
    codec: short(text(entry, CODEC_ID)),
    language: language === "und" ? "" : short(language),
    name: short(text(entry, NAME)),
    width: 0,
    height: 0,
  };
}

const short = (name: string): string => labelOf(name, VIDEO.maxShortLabelChars);

/** The text of a child, up to the zeros that may fill it up; empty when there is none. */
const text = (parent: Uint8Array, id: number): string =>
  new TextDecoder().decode(child(parent, id)).split("\0", 1)[0] as string;

function child(parent: Uint8Array, wanted: number): Uint8Array {
  for (const { id, data } of childrenOf(parent)) if (id === wanted) return data;
  return new Uint8Array(0);
}

/** The elements that begin in these bytes, one behind the other, until something is none. */
function* childrenOf(parent: Uint8Array): Generator<Element> {
  for (let at = 0; at < parent.length; ) {
    const id = numberAt(parent, at, 4, true);
    const size = id && numberAt(parent, at + id.bytes, 8, false);
    if (!id || !size) return;
    const start = at + id.bytes + size.bytes;
    const end = Math.min(parent.length, start + size.value);
    yield { id: id.value, data: parent.subarray(start, end) };
    at = end;
  }
}

/** A number that says its own length by its leading zeros. An element whose length is not known goes to the end. */
function numberAt(
  bytes: Uint8Array,
  at: number,
  most: number,
  withMark: boolean,
): { readonly value: number; readonly bytes: number } | undefined {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || length > most || at + length > bytes.length) return undefined;
  const mark = 1 << (8 - length);
  let value = withMark ? first : first - mark;
  let isUnknown = first === 2 * mark - 1;
  for (const byte of bytes.subarray(at + 1, at + length)) {
    value = value * 256 + byte;
    isUnknown &&= byte === 255;
  }
  return { value: isUnknown && !withMark ? Number.POSITIVE_INFINITY : value, bytes: length };
}
