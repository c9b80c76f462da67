import { decodeFetch, encodeFetch } from "../../../src/core/wire/stream/fetch-codec.ts";
import type { FetchChunkInfo, FetchMessage, ResponseHead } from "../../../src/core/wire/stream/fetch-message.ts";
import { FrameReader } from "../../../src/core/wire/stream/frame-reader.ts";
import { ServeService } from "../../../src/node/serve-service.ts";
import type { ChunkStore } from "../../../src/store/chunk-store.ts";
import { MemoryChunkStore } from "../../../src/store/memory-chunk-store.ts";
import { carrierPair, type MemoryCarrier } from "./carrier-pair.ts";
import { type MadeVideo, madeVideo } from "./made-video.ts";

/** The turn of the event loop after this one: all promises that need no time have been kept. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Videos of a test, as a library opens them, and how many of them are open. */
export class OpenShelf {
  readonly stores: Map<string, MemoryChunkStore> = new Map();
  readonly users: Map<string, number> = new Map();
  /** Openings in all. */
  openings = 0;

  add(
    { manifest, chunk }: MadeVideo,
    held: readonly number[] = Array.from({ length: manifest.geometry.chunks }, (_, at) => at),
  ): Uint8Array {
    this.stores.set(hex(manifest.id), new MemoryChunkStore(manifest, new Map(held.map((one) => [one, chunk(one)]))));
    return manifest.id;
  }

  get openFiles(): number {
    return [...this.users.values()].reduce((sum, users) => sum + users, 0);
  }

  readonly get = (id: Uint8Array): Promise<never> => Promise.resolve(this.stores.get(hex(id)) as never);

  readonly open = (id: Uint8Array): Promise<ChunkStore> => {
    const name = hex(id);
    const store = this.stores.get(name);
    if (store === undefined) return Promise.reject(new Error("no such video"));
    this.openings++;
    this.users.set(name, (this.users.get(name) ?? 0) + 1);
    const close = (): Promise<void> => {
      this.users.set(name, (this.users.get(name) ?? 0) - 1);
      return Promise.resolve();
    };
    return Promise.resolve(
      new Proxy(store, {
        get(target, key) {
          if (key === "close") return close;
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
        },
      }),
    );
  };
}

/** A service over videos in memory, with what it counted. */
export class ServeRun {
  readonly shelf: OpenShelf = new OpenShelf();
  readonly counts: Map<string, number> = new Map();
  readonly service: ServeService;

  constructor(uploadBytesPerSecond = 0) {
    const count = (cause: string): void => void this.counts.set(cause, (this.counts.get(cause) ?? 0) + 1);
    this.service = new ServeService({ library: this.shelf, uploadBytesPerSecond, count });
  }

  /** A video of a few chunks, held but for some. */
  video(bytes: number, seed = 1, held?: readonly number[]): MadeVideo {
    const made = madeVideo(bytes, seed);
    this.shelf.add(made, held);
    return made;
  }

  /** A client that speaks frames. */
  client(peer = "client"): FrameClient {
    const { atClient, atHolder } = carrierPair(peer);
    this.service.accept(atHolder);
    return new FrameClient(atClient, atHolder);
  }
}

/** A client's end that says what it likes, and notes what it is told. */
export class FrameClient {
  readonly carrier: MemoryCarrier;
  readonly holder: MemoryCarrier;
  readonly infos: FetchChunkInfo[] = [];
  readonly answers: ResponseHead[] = [];
  readonly bodies: Map<number, Uint8Array> = new Map();
  #body: Uint8Array[] = [];

  constructor(carrier: MemoryCarrier, holder: MemoryCarrier) {
    this.carrier = carrier;
    this.holder = holder;
    const reader = new FrameReader(
      {
        frame: (type, payload) => {
          const message = decodeFetch(type, payload);
          if (message?.type === "chunk-info") this.infos.push(message);
          return undefined;
        },
        responseBegins: (head) => void this.answers.push(head),
        responseBytes: (bytes) => void this.#body.push(bytes.slice()),
        responseEnds: () => {
          this.bodies.set((this.answers.at(-1) as ResponseHead).request, Buffer.concat(this.#body));
          this.#body = [];
        },
      },
      4096,
    );
    carrier.start({ bytes: (view) => void reader.read(view), ended: () => {} });
  }

  /** Says this, and everything that comes of it comes back. */
  async says(...messages: FetchMessage[]): Promise<void> {
    for (const message of messages) this.carrier.send([encodeFetch(message)]);
    await this.settle();
  }

  /** Everything moves until nothing is left to move. */
  async settle(): Promise<void> {
    for (let still = 0; still < 4; ) {
      const moved = this.carrier.move(1_048_576) + this.holder.move(1_048_576);
      still = moved > 0 ? 0 : still + 1;
      if (moved === 0) await nextTurn();
    }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
