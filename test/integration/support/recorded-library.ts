import { chunkLength } from "../../../src/core/content/geometry.ts";
import { Bitmap } from "../../../src/store/bitmap.ts";
import type { ChunkStore } from "../../../src/store/chunk-store.ts";
import type { Library } from "../../../src/store/library.ts";

/** What a holder has read for others: bytes by chunk. */
export type Reads = Map<number, number>;

/**
 * A library that writes down what is read of it for others, and that says it holds only some of its chunks.
 * @param holds unless told, all that it has
 */
export function recordedLibrary(library: Library, reads: Reads, holds: (chunk: number) => boolean): Library {
  const open = async (id: Uint8Array): Promise<ChunkStore> => recordedStore(await library.open(id), reads, holds);
  return withOthers(library, new Map<PropertyKey, unknown>([["open", open]]));
}

function recordedStore(store: ChunkStore, reads: Reads, holds: (chunk: number) => boolean): ChunkStore {
  const { geometry } = store.manifest;
  const held = new Bitmap(geometry.chunks);
  for (let chunk = 0; chunk < geometry.chunks; chunk++) if (holds(chunk) && store.held.has(chunk)) held.add(chunk);
  const readInto: ChunkStore["readInto"] = async (position, into) => {
    const problem = await store.readInto(position, into);
    const chunk = Math.floor(position / geometry.chunkBytes);
    if (position + into.length > chunk * geometry.chunkBytes + chunkLength(geometry, chunk)) throw new Error("over");
    reads.set(chunk, (reads.get(chunk) ?? 0) + into.length);
    return problem;
  };
  const others = new Map<PropertyKey, unknown>([
    ["held", held],
    ["readInto", readInto],
  ]);
  return withOthers(store, others);
}

/** A thing of which some parts are others. */
function withOthers<Thing extends object>(thing: Thing, others: ReadonlyMap<PropertyKey, unknown>): Thing {
  return new Proxy(thing, {
    get(target, key) {
      if (others.has(key)) return others.get(key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
