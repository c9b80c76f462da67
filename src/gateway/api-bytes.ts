import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { apiError, type Problem } from "./api-errors.ts";
import { ERROR_TRAILER, trailerText } from "./api-trailer.ts";

/**
 * Answers with bytes as fast as the other side reads. What fails before the first of them is an ordinary error; later it
 * is said in the trailer `cardume-error`, since an answer that just ends looks whole.
 */
export async function sendBytes(reply: FastifyReply, parts: AsyncGenerator<Uint8Array>): Promise<FastifyReply> {
  const first = await parts.next();
  let failure: Problem | undefined;
  const onError = (error: unknown): void => {
    failure = apiError(error);
  };
  reply.trailer(ERROR_TRAILER, (_reply, _payload, done) => done(null, trailerText(failure)));
  const stream = Readable.from(bytesOf(first, parts, onError), { objectMode: false, highWaterMark: 0 });
  return reply.type("application/octet-stream").send(stream);
}

async function* bytesOf(
  first: IteratorResult<Uint8Array>,
  parts: AsyncGenerator<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for (let result = first; result.done !== true; result = await parts.next()) yield result.value;
  } catch (error) {
    onError(error);
  } finally {
    // Whoever looked away: the video's files are let go.
    await parts.return(undefined);
  }
}
