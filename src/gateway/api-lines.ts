import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { apiError } from "./api-errors.ts";

/** Lines that wait in the process for a slow reader; then the one who makes them waits. */
const WAITING_BYTES = 65_536;

/**
 * Answers with one JSON object a line (NDJSON), as fast as the other side reads. What fails before the first line is an
 * ordinary error; later, the last line says it: `{"error": {…}}`.
 */
export async function sendLines(
  reply: FastifyReply,
  values: AsyncIterable<object> | Iterable<object>,
): Promise<FastifyReply> {
  const iterator = Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
  const first = await iterator.next();
  const stream = Readable.from(linesOf(first, iterator), { objectMode: false, highWaterMark: WAITING_BYTES });
  return reply.type("application/x-ndjson").send(stream);
}

async function* linesOf(
  first: IteratorResult<object>,
  iterator: AsyncIterator<object> | Iterator<object>,
): AsyncGenerator<string> {
  try {
    for (let result = first; result.done !== true; result = await iterator.next()) yield lineOf(result.value);
  } catch (error) {
    yield lineOf({ error: apiError(error) });
  } finally {
    await iterator.return?.();
  }
}

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** Aborted when the other side goes before it has its answer. */
export function whileConnected(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) abort.abort();
  });
  return abort.signal;
}
