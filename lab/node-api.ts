import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ApiFound, ApiProgress, ApiResult, ApiStatus } from "../src/gateway/api-node-values.ts";

/** What a node tells of itself over the socket in its data folder: its API, asked as any program would. */
export class NodeApi {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  status(): Promise<ApiStatus> {
    return this.#json("GET", "/api/v1/status");
  }

  async fetches(): Promise<readonly ApiProgress[]> {
    return (await this.#json<{ fetches: readonly ApiProgress[] }>("GET", "/api/v1/fetches")).fetches;
  }

  /** Asks the network for a title or an id. */
  async find(wanted: { readonly words: string } | { readonly id: string }): Promise<ApiFound[]> {
    const found: ApiFound[] = [];
    for await (const one of this.#lines<ApiFound>("GET", `/api/v1/find?${new URLSearchParams(wanted)}`))
      found.push(one);
    return found;
  }

  /** Fetches a video to its end. */
  async fetch(id: string, holders?: readonly ApiFound[]): Promise<ApiResult> {
    const target = holders === undefined ? { id } : { id, holders };
    for await (const line of this.#lines<{ result?: ApiResult; error?: unknown }>("POST", "/api/v1/fetches", target)) {
      if (line.result !== undefined) return line.result;
      if (line.error !== undefined) throw new Error(`fetch: ${JSON.stringify(line.error)}`);
    }
    throw new Error("the fetch's answer has no result");
  }

  async join(address: string): Promise<void> {
    await this.#json("POST", "/api/v1/peers", { address });
  }

  async #json<Value>(method: string, path: string, body?: object): Promise<Value> {
    const answer = await this.#ask(method, path, body);
    let text = "";
    for await (const part of answer.setEncoding("utf8")) text += part;
    if ((answer.statusCode ?? 0) >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text) as Value;
  }

  async *#lines<Value>(method: string, path: string, body?: object): AsyncGenerator<Value> {
    const answer = await this.#ask(method, path, body);
    for await (const text of createInterface(answer)) {
      if (answer.statusCode !== 200) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
      yield JSON.parse(text) as Value;
    }
  }

  #ask(method: string, path: string, body: object | undefined): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const asked = request({ socketPath: this.#socketPath(), method, path, headers, agent: false }, resolve);
    asked.once("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }

  #socketPath(): string {
    try {
      return readFileSync(join(this.#folder, "control.path"), "utf8").trim();
    } catch {
      return join(this.#folder, "control.sock");
    }
  }
}
