import { toBase32 } from "../core/content/base32.ts";
import type { SignedClaims, Track } from "../core/content/claims.ts";
import { labelOf } from "../core/content/label.ts";
import { sameHash } from "../core/content/merkle.ts";
import type { ShownDetails } from "../gateway/library-face.ts";
import { printable } from "../store/disk-errors.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatLength, formatMoment } from "./format.ts";
import type { LibraryFlags } from "./library-options.ts";
import { hexOf, momentJson, subtitlesJson, videoJson } from "./video-json.ts";
import { titleText } from "./video-text.ts";
import { withLibrary } from "./with-library.ts";

/** Shows one video as the command line orders it, and returns the exit code. */
export function showVideo(text: string, flags: LibraryFlags): Promise<number> {
  return withLibrary("show", flags, async ({ library, output }) => {
    const { id } = await library.find(text);
    const video = await library.details(id);
    output.result(detailLines(video, library.publisher).join("\n"), detailsJson(video, library.publisher));
    return EXIT.done;
  });
}

const STATES: Readonly<Record<ShownDetails["state"], string>> = {
  complete: "complete",
  partial: "partial",
  damaged: "damaged: a part of its file is not what it was (cardume add, with a good copy, mends it)",
  changed: "changed: its file is not as it was when it was added (cardume verify finds what is still good)",
  missing: "missing: its file is not where it was (cardume add finds it again)",
};

/** All that is known of a video, for a person. */
export function detailLines(video: ShownDetails, own: Uint8Array): string[] {
  const { bytes, held, chunks, chunkBytes, mediaType, durationMs, addedAtMs, verifiedAtMs } = video;
  const said = video.claims[0]?.claims;
  const fields: readonly (readonly [string, string])[] = [
    ["title", titleText(video.title)],
    ["file name", labelOf(video.fileName)],
    ["id", toBase32(video.id)],
    ["", hexOf(video.id)],
    ["size", `${formatBytes(bytes)} (${bytes} bytes)`],
    ["chunks", `${held} of ${chunks} held, of ${formatBytes(Math.min(chunkBytes, bytes))}`],
    ["state", STATES[video.state]],
    [video.source === undefined ? "kept here" : "in place", printable(video.path)],
    ["media type", labelOf(mediaType) || "unknown"],
    ["duration", durationMs === 0 ? "" : formatLength(durationMs)],
    ...(said?.tracks ?? []).map((track) => [`${track.kind} track`, trackText(track)] as const),
    ...(said?.subtitles ?? []).map(
      ({ name, language, bytes: size }) =>
        ["subtitles", [labelOf(name), labelOf(language), formatBytes(size)].filter(Boolean).join(", ")] as const,
    ),
    ...video.claims.map((claims) => ["said by", publisherText(claims, own)] as const),
    ["added", addedAtMs === 0 ? "" : formatMoment(addedAtMs)],
    ["verified", verifiedAtMs === 0 ? "never" : formatMoment(verifiedAtMs)],
    ["link", video.link],
  ];
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.filter(([, value]) => value !== "").map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function trackText({ codec, language, name, width, height }: Track): string {
  const picture = width > 0 && height > 0 ? `${width} × ${height}` : "";
  const parts = [labelOf(codec), picture, labelOf(language), labelOf(name)].filter((part) => part !== "");
  return parts.length === 0 ? "unknown" : parts.join(", ");
}

function publisherText({ claims }: SignedClaims, own: Uint8Array): string {
  const who = sameHash(claims.publisher, own) ? "this library" : toBase32(claims.publisher);
  return `${who}, ${formatMoment(claims.madeAtMs)}: ${titleText(claims.title)}`;
}

/** The same for a program. */
export function detailsJson(video: ShownDetails, own: Uint8Array): object {
  const said = video.claims[0]?.claims;
  return {
    ...videoJson(video),
    idBase32: toBase32(video.id),
    fileName: video.fileName,
    chunks: video.chunks,
    heldChunks: video.held,
    chunkBytes: video.chunkBytes,
    verifiedAt: momentJson(video.verifiedAtMs),
    tracks: said?.tracks ?? [],
    subtitles: subtitlesJson(said?.subtitles ?? []),
    claims: video.claims.map(({ claims: { publisher, title, fileName, madeAtMs } }) => ({
      publisher: hexOf(publisher),
      isOwn: sameHash(publisher, own),
      title,
      fileName,
      madeAt: momentJson(madeAtMs),
    })),
    link: video.link,
  };
}
