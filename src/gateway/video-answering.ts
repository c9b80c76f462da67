import type { FastifyReply, FastifyRequest } from "fastify";
import { CardumeError } from "../core/errors.ts";
import { whileConnected } from "./api-lines.ts";
import { idInAddress } from "./video-address.ts";
import type { OpenVideo } from "./video-open.ts";
import { sendVideoProblem } from "./video-problem.ts";
import type { VideoService } from "./video-service.ts";

/** A request for something of a video, which is open until the answer has gone. */
export interface Asked {
  readonly video: OpenVideo;
  readonly videos: VideoService;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Whoever asked has gone. */
  readonly signal: AbortSignal;
}

/** Answers a request; what it throws is answered for it. */
export type Answerer = (asked: Asked) => Promise<FastifyReply>;

/**
 * A route's handler: opens the video that the path names, by its parameter `id`, and has it answered.
 * @param isMade whether the answer is made of the video's tracks
 */
export const answering =
  (videos: VideoService, answer: Answerer, isMade = false) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const signal = whileConnected(reply);
    try {
      const id = idInAddress((request.params as { readonly id: string }).id);
      await refuseForeignPage(request, videos, id);
      if (isMade) videos.warm();
      const { video, release } = await videos.use(id, signal);
      if (reply.raw.closed) release();
      else reply.raw.once("close", release);
      return await answer({ video, videos, request, reply, signal });
    } catch (error) {
      return sendVideoProblem(reply, error);
    }
  };

/**
 * Another site's page may show what is here, as anybody's may; but it cannot have this node fetch and keep what a person
 * did not ask for. A link that a person has followed is a person's wish. Only browsers say where a request comes from, and
 * pages cannot make them say otherwise.
 */
async function refuseForeignPage(
  { headers }: FastifyRequest,
  { library }: VideoService,
  id: Uint8Array,
): Promise<void> {
  const isForeign = headers["sec-fetch-site"] === "cross-site" && headers["sec-fetch-user"] !== "?1";
  if (isForeign && (await library.get(id)) === undefined)
    throw new CardumeError("foreign-page", "another site's page cannot have a video fetched that is not here");
}
