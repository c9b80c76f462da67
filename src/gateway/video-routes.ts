import type { Readable } from "node:stream";
import { z } from "zod";
import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { WATCH } from "../core/limits.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import { addHlsRoutes } from "./hls-routes.ts";
import { rangePlan } from "./range-plan.ts";
import type { ByteRange } from "./range-set.ts";
import { type Answerer, answering } from "./video-answering.ts";
import { bodyOf } from "./video-body.ts";
import { videoFacts } from "./video-facts.ts";
import type { OpenVideo } from "./video-open.ts";
import type { VideoService } from "./video-service.ts";
import { videoType } from "./video-type.ts";

/**
 * Videos over HTTP, below `/v/<id>/`: the bytes under any name, `info.json`, and `hls/…`. Whatever is not here is fetched
 * while it is read. See docs/WATCH.md.
 */
export const videoRoutes =
  (videos: VideoService): Routes =>
  (server) => {
    const method = ["GET", "HEAD"];
    const handler = answering(videos, sendBytes);
    // The name is for people and players: nothing depends on it. Names of several parts too, but for what HLS has.
    server.route({ url: "/v/:id", method, handler, ...BYTES });
    server.route({ url: "/v/:id/*", method, handler, ...NAMED_BYTES });
    server.route({ url: "/v/:id/info.json", method, handler: answering(videos, sendFacts, true), ...FACTS });
    addHlsRoutes(server, videos);
  };

const idParams = { id: z.string().describe("The video's id: 52 characters of base32.") };
const bytesAnswer = { kind: "other", mediaType: "video/*", statuses: [200, 206, 304, 412, 416] } as const;
const bytesSummary = "The bytes of a video, or one range of them (RFC 9110), fetched while they are read.";
const BYTES = described({ summary: bytesSummary, params: z.object(idParams), answer: bytesAnswer });
const NAMED_BYTES = described({
  summary: `${bytesSummary} The name is for people and players.`,
  params: z.object({ ...idParams, rest: z.string() }),
  answer: bytesAnswer,
});
const FACTS = described({
  summary: "What there is in a video: container, duration, tracks; what of it is held here, and by how many.",
  params: z.object(idParams),
  answer: { kind: "other", mediaType: "application/json" },
});

const sendBytes: Answerer = async ({ video, request, reply, signal }) => {
  const { status, headers, body } = rangePlan(request.method, request.headers, {
    bytes: video.bytes,
    etag: `"${toBase32(video.viewing.manifest.id)}"`,
    ...videoType(video.claims ?? { mediaType: "", fileName: "" }),
  });
  if (status === 412 || status === 416) {
    reply.headers(headers);
    throw status === 412 ? conditionFailed() : unsatisfiable(video.bytes);
  }
  // Not before the first bytes are there: an error has other headers.
  const stream = body === undefined ? undefined : await rangeBody(video, body, signal);
  return reply.code(status).headers(headers).send(stream);
};

/** The bytes of a range, by a reader of their own: two viewers do not know of each other. */
async function rangeBody(video: OpenVideo, { start, end }: ByteRange, signal: AbortSignal): Promise<Readable> {
  const giveBack = video.takeBody();
  try {
    const reader = video.viewing.reader({ bytesPerSecond: video.bytesPerSecond });
    return await bodyOf(reader.read(start, end, signal), {
      bytes: end - start,
      firstByteMs: WATCH.firstByteMs,
      signal,
      onEnd: () => {
        reader.close();
        giveBack();
      },
    });
  } catch (error) {
    giveBack();
    throw error;
  }
}

const conditionFailed = (): CardumeError =>
  new CardumeError("condition-failed", "If-Match names other bytes than these");

const unsatisfiable = (bytes: number): CardumeError =>
  new CardumeError("range-unsatisfiable", `no byte of this range is among the ${bytes} that there are`);

const sendFacts: Answerer = async ({ video, videos, request, reply }) => {
  const facts = await videoFacts(video, videos.library);
  reply.header("cache-control", "no-store").type("application/json; charset=utf-8");
  return request.method === "HEAD" ? reply.send() : reply.send(JSON.stringify(facts));
};
