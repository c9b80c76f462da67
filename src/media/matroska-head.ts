import type { Track } from "../core/content/claims.ts";
import { labelOf } from "../core/content/label.ts";
import { VIDEO } from "../core/limits.ts";
import { child, childrenOf, text } from "./ebml.ts";

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
