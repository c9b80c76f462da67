import type { Manifest } from "../core/content/manifest.ts";
import type { Slice } from "../core/content/proof.ts";
import type { ChunkCheck, ChunkStore, HeldListener, ReadProblem } from "./chunk-store.ts";
import type { Loan } from "./hasher.ts";
import { UnderWay } from "./under-way.ts";

/** One user's share of an open video: closing it closes the files only when nobody else uses them. */
export class StoreHandle implements ChunkStore {
  readonly manifest: Manifest;
  readonly held: ChunkStore["held"];
  readonly #store: ChunkStore;
  readonly #release: () => Promise<void>;
  readonly #underWay = new UnderWay();
  readonly #endings = new Set<() => void>();
  #closed: Promise<void> | undefined;

  constructor(store: ChunkStore, release: () => Promise<void>) {
    this.manifest = store.manifest;
    this.held = store.held;
    this.#store = store;
    this.#release = release;
  }

  read(position: number, bytes: number, how?: "verified" | "trusted", into?: Loan): Promise<Uint8Array | ReadProblem> {
    return this.#underWay.run(() => this.#store.read(position, bytes, how, into));
  }

  leafHashes(chunk: number): Promise<Uint8Array | ReadProblem> {
    return this.#underWay.run(() => this.#store.leafHashes(chunk));
  }

  readInto(position: number, into: Uint8Array): Promise<ReadProblem | undefined> {
    return this.#underWay.run(() => this.#store.readInto(position, into));
  }

  write(chunk: number, bytes: Uint8Array | Loan, onWritten?: () => void): Promise<"held" | "wrong-bytes"> {
    return this.#underWay.run(() => this.#store.write(chunk, bytes, onWritten));
  }

  isSlice(slice: Slice, bytes: Uint8Array | Loan, proof: Uint8Array): Promise<boolean> {
    return this.#underWay.run(() => this.#store.isSlice(slice, bytes, proof));
  }

  check(chunk: number): Promise<ChunkCheck> {
    return this.#underWay.run(() => this.#store.check(chunk));
  }

  onHeld(listener: HeldListener): () => void {
    const end = this.#store.onHeld(listener);
    this.#endings.add(end);
    return () => {
      this.#endings.delete(end);
      end();
    };
  }

  close(): Promise<void> {
    for (const end of this.#endings) end();
    this.#closed ??= this.#underWay.end().then(() => this.#release());
    return this.#closed;
  }
}
