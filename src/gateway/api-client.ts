import { Agent, type IncomingMessage, request } from "node:http";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { type Problem, problemOf, thrownError } from "./api-errors.ts";
import { ERROR_TRAILER, trailerError } from "./api-trailer.ts";

/** A request to the API. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/api/v1`, with its query. */
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

/** Asks a node of this machine, on its control socket. */
export class ApiClient {
  readonly socketPath: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /** An answer of one JSON object. @throws CardumeError the node's own error; `node-gone`; the signal's reason */
  json<Answer>(asked: ApiRequest): Promise<Answer> {
    return orReason(asked.signal, async () => valueIn<Answer>(await textOf(await this.#ask(asked))));
  }

  /** An answer of one JSON object a line, as it comes; a last line with an error is thrown. */
  async *lines<Line extends object>(asked: ApiRequest): AsyncGenerator<Line> {
    const answer = await orReason(asked.signal, () => this.#ask(asked));
    try {
      const lines = linesOf(answer);
      for (;;) {
        const next = await orReason(asked.signal, () => lines.next());
        if (next.done === true) return;
        const line = valueIn<Line | { readonly error: Problem }>(next.value);
        if ("error" in line && Object.keys(line).length === 1) throw thrownError(line.error);
        yield line as Line;
      }
    } finally {
      answer.destroy();
    }
  }

  /** An answer of bytes, as they come. */
  async *bytes(asked: ApiRequest): AsyncGenerator<Uint8Array> {
    const answer = await orReason(asked.signal, () => this.#ask(asked));
    const parts = answer[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    try {
      for (;;) {
        const next = await orReason(asked.signal, () => parts.next());
        if (next.done === true) break;
        yield next.value;
      }
      if (!answer.complete) throw gone();
      const error = trailerError(answer.trailers[ERROR_TRAILER]);
      if (error !== undefined) throw thrownError(error);
    } finally {
      answer.destroy();
    }
  }

  /** Ends all connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #ask({ method, path, body, signal }: ApiRequest): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = request({
      ...{ agent: this.#agent, socketPath: this.socketPath, method, path: `/api/v1${path}` },
      headers:
        text === undefined
          ? {}
          : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) },
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.once("response", resolve);
    // Also what comes later, when the answer itself tells of it.
    outgoing.on("error", reject);
    outgoing.end(text);
    const answer = await promise;
    if (answer.statusCode !== undefined && answer.statusCode < 300) return answer;
    throw thrownError(errorIn(await textOf(answer)));
  }
}

const NO_NODE: Problem = problemOf(
  "answer-invalid",
  "what listens on the control socket is no node of this version",
  5,
);

function valueIn<Value>(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw thrownError(NO_NODE);
  }
}

/** What a node says that has an error to say; of what is no node, that. */
function errorIn(text: string): Problem {
  try {
    const problem = JSON.parse(text) as Problem;
    if (typeof problem.code === "string" && typeof problem.detail === "string")
      return { ...problem, exitCode: problem.exitCode ?? 1 };
  } catch {
    // Said below.
  }
  return NO_NODE;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding("utf8");
  let text = "";
  for await (const part of answer) text += part as string;
  return text;
}

/** The lines of an answer, without their ends. */
async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  answer.setEncoding("utf8");
  let rest = "";
  for await (const part of answer) {
    const lines = (rest + (part as string)).split("\n");
    rest = lines.pop() as string;
    if (rest.length > NETWORK.maxApiLineBytes) throw new Error("a line is too long");
    yield* lines;
  }
  if (!answer.complete || rest !== "") throw gone();
}

/** Errors of the connection in words; when it was ended by Ctrl-C, that. */
async function orReason<Result>(signal: AbortSignal | undefined, action: () => Promise<Result>): Promise<Result> {
  signal?.throwIfAborted();
  try {
    return await action();
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    if (error instanceof CardumeError) throw error;
    throw gone(error);
  }
}

const gone = (cause?: unknown): CardumeError =>
  new CardumeError("node-gone", "the node stopped before it had answered", { exitCode: 5, cause });
