import { toBase32 } from "../core/content/base32.ts";
import { formatLink } from "../core/content/link.ts";
import { CardumeError } from "../core/errors.ts";
import type {
  FetchProgress,
  FetchResult,
  FetchTarget,
  FindOptions,
  FoundVideo,
  NodeStatus,
} from "../node/node-types.ts";
import { sha256 } from "../runtime/crypto.ts";
import type { ApiClient } from "./api-client.ts";
import {
  type ApiFound,
  type ApiProgress,
  type ApiResult,
  type ApiStatus,
  apiFound,
  foundOf,
  nodeStatusOf,
  progressOf,
  resultOf,
} from "./api-node-values.ts";
import type { FollowedFetch, NodeFace } from "./node-face.ts";
import { queryOf } from "./remote-library.ts";

/** A node of this machine, through its control socket. */
export class RemoteNode implements NodeFace {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async status(): Promise<NodeStatus> {
    return nodeStatusOf(await this.#client.json<ApiStatus>({ method: "GET", path: "/status" }));
  }

  async *find(wanted: Uint8Array | string, { signal, enough }: FindOptions = {}): AsyncGenerator<FoundVideo> {
    const what = typeof wanted === "string" ? { words: wanted } : { id: toBase32(wanted) };
    const path = `/find${queryOf({ ...what, enough })}`;
    for await (const found of this.#client.lines<ApiFound>({ method: "GET", path, signal })) yield foundOf(found);
  }

  fetch(target: FetchTarget): FollowedFetch {
    return new RemoteFetch(this.#client, target);
  }

  async join(address: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#client.json({ method: "POST", path: "/peers", body: { address }, signal });
  }

  async announce({ signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    const asked = { method: "POST", path: "/announce", body: {}, signal } as const;
    return (await this.#client.json<{ videos: number }>(asked)).videos;
  }
}

type Line = { readonly progress: ApiProgress } | { readonly result: ApiResult };

class RemoteFetch implements FollowedFetch {
  readonly id: Uint8Array;
  readonly done: Promise<FetchResult>;
  readonly #abort = new AbortController();
  #progress: FetchProgress | undefined;

  constructor(client: ApiClient, { id, link, holders }: FetchTarget) {
    this.id = id;
    const body = {
      id: toBase32(id),
      ...(link === undefined ? {} : { link: formatLink(link, sha256) }),
      ...(holders === undefined ? {} : { holders: holders.map(apiFound) }),
    };
    const { signal } = this.#abort;
    this.done = this.#follow(client.lines<Line>({ method: "POST", path: "/fetches", body, signal }));
    // Whoever waits for it sees it.
    this.done.catch(() => {});
  }

  progress(): FetchProgress | undefined {
    return this.#progress;
  }

  stop(): void {
    this.#abort.abort();
  }

  async #follow(lines: AsyncGenerator<Line>): Promise<FetchResult> {
    try {
      for await (const line of lines) {
        if ("result" in line) return resultOf(line.result);
        this.#progress = progressOf(line.progress);
      }
    } catch (error) {
      // A node stops what nobody follows any more; what came so far is known here, too.
      if (this.#abort.signal.aborted) return this.#stopped();
      throw error;
    }
    throw new CardumeError("node-gone", "the node stopped before the fetch had ended", { exitCode: 5 });
  }

  #stopped(): FetchResult {
    const nothing: FetchProgress = {
      ...{ id: this.id, title: "", phase: "ended", wantsAll: true, bytes: 0, heldBytes: 0, chunks: 0, heldChunks: 0 },
      ...{ receivedBytes: 0, writtenBytes: 0, wastedBytes: 0, bytesPerSecond: 0, leftMs: undefined, holders: [] },
    };
    return { outcome: "stopped", missing: [], progress: this.#progress ?? nothing };
  }
}
