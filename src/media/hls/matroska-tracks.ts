import { VIDEO } from "../../core/limits.ts";
import { child, childrenOf, number, text } from "../ebml.ts";

/** A track of a Matroska file, as it says of itself. */
export interface MatroskaTrack {
  readonly number: number;
  readonly kind: "video" | "audio" | "subtitle";
  readonly codecId: string;
  /** BCP 47 or ISO 639-2; empty when unknown. */
  readonly language: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** 0 when not known. */
  readonly frameNs: number;
  readonly packing: Packing;
}

/** How the bytes of its frames are packed. */
export type Packing =
  | { readonly kind: "none" }
  /** These bytes are left out at the beginning of each. */
  | { readonly kind: "stripped"; readonly bytes: Uint8Array }
  | { readonly kind: "zlib" }
  /** Encrypted, or packed as nobody does. */
  | { readonly kind: "unknown" };

const TRACK_ENTRY = 0xae;
const KINDS = new Map<number, MatroskaTrack["kind"]>([
  [1, "video"],
  [2, "audio"],
  [17, "subtitle"],
]);

/** The tracks in the contents of a Tracks element, in the file's order, at most `VIDEO.maxTracks`. Never throws. */
export function readTracks(tracks: Uint8Array): MatroskaTrack[] {
  const found: MatroskaTrack[] = [];
  for (const { id, data } of childrenOf(tracks)) {
    const kind = KINDS.get(number(data, 0x83, 0));
    if (id !== TRACK_ENTRY || kind === undefined || found.length >= VIDEO.maxTracks) continue;
    const language = text(data, 0x22b59d) || text(data, 0x22b59c) || "eng";
    found.push({
      number: number(data, 0xd7, 0),
      kind,
      codecId: text(data, 0x86),
      language: language === "und" ? "" : language,
      name: text(data, 0x536e),
      isDefault: number(data, 0x88, 1) === 1,
      frameNs: number(data, 0x23e383, 0),
      packing: packingOf(child(data, 0x6d80)),
    });
  }
  return found;
}

/** @param encodings the contents of ContentEncodings */
function packingOf(encodings: Uint8Array): Packing {
  const all = [...childrenOf(encodings)].filter(({ id }) => id === 0x6240).slice(0, 2);
  const [only, more] = all;
  if (only === undefined) return { kind: "none" };
  // A type of 0 is compression; a scope with 1 in it is the frames.
  if (more !== undefined || number(only.data, 0x5033, 0) !== 0 || (number(only.data, 0x5032, 1) & 1) === 0)
    return { kind: "unknown" };
  const compression = child(only.data, 0x5034);
  const algorithm = number(compression, 0x4254, 0);
  if (algorithm === 3) return { kind: "stripped", bytes: new Uint8Array(child(compression, 0x4255).subarray(0, 256)) };
  return { kind: algorithm === 0 ? "zlib" : "unknown" };
}
