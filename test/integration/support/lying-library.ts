import type { ChunkStore, ReadProblem } from "../../../src/store/chunk-store.ts";
import type { Library } from "../../../src/store/library.ts";

/** How a holder lies about what it has: everything else about it is in order. */
export type Lie = "flipped-bit" | "other-chunk" | "silence" | "not-held" | "everything";

/** A library whose videos are given out with a lie. */
export function lyingLibrary(library: Library, lie: Lie): Library {
  const open = async (id: Uint8Array): Promise<ChunkStore> => lyingStore(await library.open(id), lie);
  return new Proxy(library, {
    get(target, key) {
      if (key === "open") return open;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

function lyingStore(store: ChunkStore, lie: Lie): ChunkStore {
  const lies = new Map<string, unknown>([
    ["readInto", (position: number, into: Uint8Array) => READS[lie](store, position, into)],
  ]);
  if (lie === "everything") lies.set("held", everything(store));
  return new Proxy(store, {
    get(target, key) {
      const told = lies.get(String(key));
      if (told !== undefined) return told;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

type Read = (store: ChunkStore, position: number, into: Uint8Array) => Promise<ReadProblem | undefined>;

const READS: Record<Lie, Read> = {
  "flipped-bit": async (store, position, into) => {
    const problem = await store.readInto(position, into);
    const at = into.length >> 1;
    into[at] = (into[at] as number) ^ 1;
    return problem;
  },
  "other-chunk": (store, position, into) => {
    const { bytes } = store.manifest.geometry;
    return store.readInto(position + into.length <= bytes - into.length ? position + into.length : 0, into);
  },
  silence: () => new Promise(() => {}),
  "not-held": (store, position) =>
    Promise.resolve({ problem: "not-held", chunk: Math.floor(position / store.manifest.geometry.chunkBytes) }),
  // What it has not is zeros.
  everything: () => Promise.resolve(undefined),
};

function everything({ manifest }: ChunkStore): ChunkStore["held"] {
  const { chunks } = manifest.geometry;
  return { has: () => true, count: chunks, bytes: new Uint8Array(Math.ceil(chunks / 8)).fill(255) };
}
