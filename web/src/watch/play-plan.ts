import type { Facts, TrackFacts } from "./facts.ts";

/** How a video is played here. */
export type Plan =
  | { readonly kind: "direct"; readonly url: string; readonly orElse: Plan }
  | { readonly kind: "hls"; readonly url: string; readonly leftOut: readonly TrackFacts[] }
  /** Not at all. `codecs`: what the browser does not know; empty when there is nothing to play in it. */
  | { readonly kind: "none"; readonly codecs: readonly string[] };

/** What a browser can do. */
export interface Abilities {
  /** `MediaSource.isTypeSupported`. */
  buffers(type: string): boolean;
  /** `HTMLMediaElement.canPlayType`, as yes or no. */
  plays(type: string): boolean;
}

const DIRECT_TYPES: Readonly<Record<string, string>> = {
  mp4: "video/mp4",
  mov: "video/mp4",
  webm: "video/webm",
  mp3: "audio/mpeg",
};

/**
 * Chooses how to play a video. The bytes themselves where the browser knows all of it and there is nothing to choose among:
 * it cannot switch tracks of a file by itself. Else HLS, of the tracks that it can decode.
 */
export function planOf(facts: Facts, can: Abilities): Plan {
  const hls = hlsPlan(facts, can);
  const type = DIRECT_TYPES[facts.container ?? ""];
  const isPlain =
    facts.tracks.filter(({ kind }) => kind === "audio").length <= 1 &&
    facts.tracks.every(({ kind }) => kind !== "subtitle");
  if (!facts.isDirect || type === undefined || !(isPlain || hls.kind === "none")) return hls;
  const codecs = facts.tracks.flatMap(({ codecString }) => (codecString === null ? [] : [codecString]));
  const isKnown = can.plays(codecs.length === 0 ? type : `${type}; codecs="${codecs.join(",")}"`);
  return isKnown ? { kind: "direct", url: facts.path, orElse: hls } : hls;
}

function hlsPlan({ tracks, playlist, problem }: Facts, can: Abilities): Plan {
  const media = tracks.filter(({ kind }) => kind !== "subtitle");
  const good = media.filter((track) => isDecoded(track, can));
  if (problem !== null || good.length === 0) return { kind: "none", codecs: codecsOf(media) };
  const hasPicture = media.some(({ kind }) => kind === "video");
  // Sound without its picture would be a strange film.
  if (hasPicture && !good.some(({ kind }) => kind === "video"))
    return { kind: "none", codecs: codecsOf(media.filter(({ kind }) => kind === "video")) };
  const words = tracks.filter((track) => track.kind === "subtitle" && track.problem === null);
  const numbers = [...good, ...words].map(({ number }) => number);
  const url = numbers.length === tracks.length ? playlist : `${playlist}?tracks=${numbers.join(",")}`;
  return { kind: "hls", url, leftOut: tracks.filter(({ number }) => !numbers.includes(number)) };
}

function isDecoded({ kind, codec, codecString, problem }: TrackFacts, can: Abilities): boolean {
  if (problem !== null) return false;
  if (codec === "mp3") return can.buffers("audio/mpeg");
  return codecString !== null && can.buffers(`${kind}/mp4; codecs="${codecString}"`);
}

const codecsOf = (tracks: readonly TrackFacts[]): string[] => [
  ...new Set(tracks.map(({ codec, codecString }) => (codec ?? codecString ?? "?").toUpperCase())),
];
