import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { WATCH } from "../core/limits.ts";
import type { MediaTrack, Playable } from "../media/playable-types.ts";
import { readVersion } from "../runtime/version.ts";
import { described } from "./api-route.ts";
import { endingOf, type HlsName, hlsName, PLAYLIST_TYPE, type SegmentEnding, segmentType } from "./hls-names.ts";
import { failedCondition } from "./range-conditions.ts";
import { FOR_EVER } from "./range-plan.ts";
import { type Answerer, type Asked, answering } from "./video-answering.ts";
import { bodyOf } from "./video-body.ts";
import type { VideoService } from "./video-service.ts";

/** Adds `/v/<id>/hls/…`: a video as HLS, made on request. */
export function addHlsRoutes(server: FastifyInstance, videos: VideoService): void {
  server.route({ url: "/v/:id/hls/*", method: ["GET", "HEAD"], handler: answering(videos, sendHls, true), ...HLS });
}

const HLS = described({
  summary: "A video as HLS: `master.m3u8` (`?tracks=1,2` leaves the others out), and what it names.",
  params: z.object({
    id: z.string().describe("The video's id: 52 characters of base32."),
    rest: z.string().describe("`master.m3u8`, or a name in a playlist."),
  }),
  query: z.object({ tracks: z.string().optional() }),
  answer: { kind: "other", mediaType: PLAYLIST_TYPE, statuses: [200, 304, 412] },
});

const sendHls: Answerer = async (asked) => {
  const name = hlsName((asked.request.params as { readonly "*": string })["*"]);
  if (name === undefined) throw noSuchPart();
  const playable = await asked.video.playable();
  if (name.kind === "master") return sendPlaylist(asked, playable.master(tracksAsked(asked.request)));
  if (name.kind === "playlist") return sendPlaylist(asked, await playable.playlist(name.track));
  const track = playable.info.tracks.find(({ number }) => number === name.track);
  if (track === undefined) throw noSuchPart();
  return name.kind === "segment" ? sendSegment(asked, playable, track, name) : sendInit(asked, playable, track);
};

/** The numbers in `?tracks=1,2`; `undefined`: all. @throws CardumeError `request-invalid` */
function tracksAsked({ query }: FastifyRequest): readonly number[] | undefined {
  const { tracks } = query as { readonly tracks?: string | string[] };
  if (tracks === undefined) return undefined;
  const numbers =
    typeof tracks === "string" && /^\d{1,4}(?:,\d{1,4})*$/.test(tracks) ? tracks.split(",").map(Number) : [];
  if (numbers.length === 0 || numbers.length > WATCH.maxTracksAsked)
    throw new CardumeError("request-invalid", "tracks are named by their numbers, with commas between them");
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** Which tracks there are depends on what is said of a video, too: a cache asks whether a playlist is still the same. */
function sendPlaylist({ request, reply }: Asked, text: string | undefined): FastifyReply {
  if (text === undefined) throw noSuchPart();
  const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
  const headers = { etag, "cache-control": "no-cache" };
  if (isAnswered(request, reply, headers)) return reply.send();
  return sendWhole(request, reply.headers(headers).type(PLAYLIST_TYPE), Buffer.from(text));
}

async function sendInit(asked: Asked, playable: Playable, track: MediaTrack): Promise<FastifyReply> {
  const bytes = await playable.init(track.number);
  if (bytes === undefined) throw noSuchPart();
  const headers = lastingHeaders(asked, track, "init");
  if (isAnswered(asked.request, asked.reply, headers)) return asked.reply.send();
  const reply = asked.reply.headers(headers).type(segmentType(track, "m4s"));
  return sendWhole(asked.request, reply, Buffer.from(bytes));
}

async function sendSegment(
  asked: Asked,
  playable: Playable,
  track: MediaTrack,
  { segment, ending }: Extract<HlsName, { kind: "segment" }>,
): Promise<FastifyReply> {
  const { request, reply, video, signal } = asked;
  const pieces = ending === endingOf(track) ? await playable.segment(track.number, segment) : undefined;
  if (pieces === undefined) throw noSuchPart();
  const headers = lastingHeaders(asked, track, String(segment), ending);
  if (isAnswered(request, reply, headers) || request.method === "HEAD") {
    pieces.return(undefined).catch(() => {});
    if (reply.statusCode === 304) return reply.send();
    return reply.headers(headers).type(segmentType(track, ending)).send();
  }
  const onEnd = video.takeBody();
  const body = await bodyOf(pieces, { bytes: undefined, firstByteMs: WATCH.firstByteMs, signal, onEnd });
  return reply.headers(headers).type(segmentType(track, ending)).send(body);
}

/**
 * What is made of the bytes alone is the same for ever, but for what another version of the program makes of them. Cues
 * may come of a file beside the video, which is somebody's word.
 */
function lastingHeaders(
  { video }: Asked,
  { number }: MediaTrack,
  part: string,
  ending?: SegmentEnding,
): Readonly<Record<string, string>> {
  const etag = `"${toBase32(video.viewing.manifest.id)}.t${number}.${part}.${readVersion()}"`;
  if (ending === "vtt") return { "cache-control": "no-cache" };
  return { etag, "cache-control": FOR_EVER };
}

/** Answers a request whose conditions do not want the whole. @throws CardumeError `condition-failed` */
function isAnswered(request: FastifyRequest, reply: FastifyReply, headers: Readonly<Record<string, string>>): boolean {
  const { etag } = headers;
  const failed = etag === undefined ? undefined : failedCondition(request.headers, etag);
  if (failed === 412) throw new CardumeError("condition-failed", "If-Match names other bytes than these");
  if (failed === 304) reply.code(304).headers(headers);
  return failed === 304;
}

const sendWhole = (request: FastifyRequest, reply: FastifyReply, bytes: Buffer): FastifyReply =>
  request.method === "HEAD" ? reply.header("content-length", String(bytes.length)).send() : reply.send(bytes);

const noSuchPart = (): CardumeError =>
  new CardumeError("path-unknown", "there is no such part of this video as HLS", { exitCode: 3 });
