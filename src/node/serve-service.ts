import type { Effects } from "../core/effects.ts";
import { NETWORK } from "../core/limits.ts";
import { ServeCore } from "../core/serve/serve-core.ts";
import type { ServeEffect, ServeInput } from "../core/serve/serve-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { Library } from "../store/library.ts";
import { BodyBuffers } from "./body-buffers.ts";
import type { Carrier } from "./carrier.ts";
import { ClientStream } from "./client-stream.ts";
import { ComplaintDesk } from "./complaint-desk.ts";
import { CoreShell } from "./core-shell.ts";
import { ServedVideos } from "./served-videos.ts";

/** What serving needs. */
export interface ServeOptions {
  readonly library: Pick<Library, "open" | "get">;
  /** 0 for no limit. */
  readonly uploadBytesPerSecond: number;
  /** Counts what was refused, dropped or not held, by its cause. */
  readonly count: (cause: string) => void;
}

/** What a {@link ServeService} holds for clients. */
export interface ServeLoad {
  readonly clients: number;
  /** Requests that are not answered yet. */
  readonly requests: number;
  /** Those of them whose turn has not come. */
  readonly queued: number;
  /** Bytes of Responses that were ordered and have not left. */
  readonly orderedBytes: number;
  /** Bytes of refusals and ChunkInfos that clients have not taken, with what remembers them. */
  readonly unreadBytes: number;
  /** Videos that somebody has open, and those of them whose files are. */
  readonly videos: number;
  readonly awake: number;
  /** Peers that have some open. */
  readonly peers: number;
}

/** The seam between a {@link ServeCore}, the clients' streams and the library: gives each client its share. */
export class ServeService {
  /** Bytes of Responses that left since it began; what was ordered and not sent is not among them. */
  uploadedBytes = 0;
  readonly #options: ServeOptions;
  readonly #videos: ServedVideos;
  readonly #buffers = new BodyBuffers();
  readonly #core: ServeCore;
  readonly #shell: CoreShell<ServeInput, ServeEffect>;
  readonly #clients = new Map<number, ClientStream>();
  readonly #complaints: ComplaintDesk;
  /** Bytes of refusals and ChunkInfos that clients have not taken, with what remembers them. */
  #unreadBytes = 0;
  #numbers = 0;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#videos = new ServedVideos(options.library);
    this.#complaints = new ComplaintDesk(this.#videos, options.count);
    this.#core = new ServeCore(options.uploadBytesPerSecond, monotonicMs());
    const handle = this.#handle.bind(this);
    this.#shell = new CoreShell({ handle }, (effect) => this.#perform(effect));
  }

  /** Streams of clients that are open. */
  get clients(): number {
    return this.#clients.size;
  }

  /** What this holds for clients at the moment: nothing, when there are none. */
  get load(): ServeLoad {
    let requests = 0;
    for (const stream of this.#clients.values()) requests += stream.requests;
    const { queued, orderedBytes } = this.#core;
    const unreadBytes = this.#unreadBytes;
    return { clients: this.clients, requests, queued, orderedBytes, unreadBytes, ...this.#videos.sizes };
  }

  /** Serves a client on a stream that it opened. */
  accept(carrier: Carrier): void {
    const client = ++this.#numbers;
    const stream: ClientStream = new ClientStream(carrier, {
      videos: this.#videos,
      buffers: this.#buffers,
      order: (request, bytes, priority) => this.#shell.tell({ type: "get", client, request, bytes, priority }),
      cancel: (request) => this.#shell.tell({ type: "cancel", client, request }),
      left: (bytes, sentBytes) => {
        this.uploadedBytes += sentBytes;
        this.#shell.tell({ type: "left", client, bytes });
      },
      replies: (bytes) => {
        this.#unreadBytes += bytes;
        const isCrowded = this.#unreadBytes > NETWORK.maxUnreadReplyBytesInAll;
        return isCrowded ? NETWORK.reservedReplyBytes : NETWORK.maxUnreadReplyBytes;
      },
      complain: (id, chunk) => this.#complaints.complain(id, chunk),
      ended: () => {
        this.#clients.delete(client);
        this.#shell.tell({ type: "gone", client });
      },
      count: this.#options.count,
    });
    this.#clients.set(client, stream);
    this.#shell.tell({ type: "client", client, key: carrier.peer });
    stream.start();
  }

  /** Ends the streams of a peer that is not to be served any more. */
  drop(peer: string, reason: string): void {
    for (const stream of this.#clients.values()) if (stream.carrier.peer === peer) stream.end(reason);
  }

  /**
   * Lets a video go that is to be removed: clients that have it open are told, and nobody can open it before what this
   * gives is called. @returns once nothing here has its files open
   */
  forget(id: Uint8Array): Promise<() => void> {
    return this.#videos.forget(id);
  }

  async close(): Promise<void> {
    for (const stream of this.#clients.values()) stream.end("this node stops");
    this.#shell.stop();
    this.#complaints.close();
    await this.#videos.close();
  }

  /** What was cancelled while it waited is answered; the core says so by its count only. */
  #handle(input: ServeInput, nowMs: number, effects: Effects<ServeEffect>): void {
    const { cancelled } = this.#core.counters;
    this.#core.handle(input, nowMs, effects);
    if (input.type === "cancel" && this.#core.counters.cancelled > cancelled)
      this.#clients.get(input.client)?.refuse(input.request);
  }

  #perform(effect: ServeEffect): void {
    const stream = this.#clients.get(effect.client);
    if (effect.type === "respond") void stream?.respond(effect.request);
    else if (effect.type === "refuse") stream?.refuse(effect.request);
    else {
      this.#options.count(`client-${effect.reason}`);
      stream?.end(effect.reason);
    }
  }
}
