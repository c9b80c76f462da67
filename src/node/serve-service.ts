import { Effects } from "../core/effects.ts";
import { ServeCore } from "../core/serve/serve-core.ts";
import type { ServeEffect, ServeInput } from "../core/serve/serve-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { Waker } from "../runtime/waker.ts";
import type { Library } from "../store/library.ts";
import { BodyBuffers } from "./body-buffers.ts";
import type { Carrier } from "./carrier.ts";
import { ClientStream } from "./client-stream.ts";
import { ServedVideos } from "./served-videos.ts";

/** What serving needs. */
export interface ServeOptions {
  readonly library: Pick<Library, "open" | "get">;
  /** 0 for no limit. */
  readonly uploadBytesPerSecond: number;
  /** Counts what was refused, dropped or not held, by its cause. */
  readonly count: (cause: string) => void;
}

/** The seam between a {@link ServeCore}, the clients' streams and the library: gives each client its share. */
export class ServeService {
  /** Bytes of Responses that left since it began. */
  uploadedBytes = 0;
  readonly #options: ServeOptions;
  readonly #videos: ServedVideos;
  readonly #buffers = new BodyBuffers();
  readonly #core: ServeCore;
  readonly #effects = new Effects<ServeEffect>();
  readonly #waker = new Waker(() => this.#tell({ type: "wake" }));
  readonly #clients = new Map<number, ClientStream>();
  #numbers = 0;
  #inputs: ServeInput[] = [];
  #isHandling = false;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#videos = new ServedVideos(options.library);
    this.#core = new ServeCore(options.uploadBytesPerSecond, monotonicMs());
  }

  /** Streams of clients that are open. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Serves a client on a stream that it opened. */
  accept(carrier: Carrier): void {
    const client = ++this.#numbers;
    const stream: ClientStream = new ClientStream(carrier, {
      videos: this.#videos,
      buffers: this.#buffers,
      order: (request, bytes, priority) => this.#tell({ type: "get", client, request, bytes, priority }),
      cancel: (request) => this.#cancel(client, request),
      left: (bytes) => {
        this.uploadedBytes += bytes;
        this.#tell({ type: "left", client, bytes });
      },
      ended: () => {
        this.#clients.delete(client);
        this.#tell({ type: "gone", client });
      },
      count: this.#options.count,
    });
    this.#clients.set(client, stream);
    this.#tell({ type: "client", client, key: carrier.peer });
    stream.start();
  }

  /** Ends the streams of a peer that is not to be served any more. */
  drop(peer: string, reason: string): void {
    for (const stream of this.#clients.values()) if (stream.carrier.peer === peer) stream.end(reason);
  }

  /** Lets a video go that is to be removed. */
  forget(id: Uint8Array): Promise<void> {
    return this.#videos.evict(id);
  }

  async close(): Promise<void> {
    for (const stream of this.#clients.values()) stream.end("this node stops");
    this.#waker.stop();
    await this.#videos.close();
  }

  #cancel(client: number, request: number): boolean {
    const before = this.#core.counters.cancelled;
    this.#tell({ type: "cancel", client, request });
    return this.#core.counters.cancelled > before;
  }

  /** What comes of an effect is told to the core afterwards, never from within. */
  #tell(input: ServeInput): void {
    this.#inputs.push(input);
    if (this.#isHandling) return;
    this.#isHandling = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      this.#effects.clear();
      this.#core.handle(next, monotonicMs(), this.#effects);
      for (const effect of this.#effects.list) this.#perform(effect);
      this.#waker.at(this.#effects.wakeAtMs);
    }
    this.#isHandling = false;
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
