import type { Manifest } from "../core/content/manifest.ts";
import type { Slice } from "../core/content/proof.ts";
import type { Bitmap } from "./bitmap.ts";
import type { Loan } from "./hasher.ts";

/**
 * Why bytes could not be read. `not-held`: never had. `damaged`: they were not what they have to be, and the chunk is
 * no longer held. `changed`: the same, because the file kept in place is another one now. `missing`: the file is gone.
 * `unreadable`: the disk could not read them.
 */
export interface ReadProblem {
  readonly problem: "not-held" | "damaged" | "changed" | "missing" | "unreadable";
  /** The first chunk that has it. */
  readonly chunk: number;
}

/**
 * What looking at one chunk found. `recovered`: it was there and good, and is held from now on. `absent`: it was not
 * held, and is not there. `lost`: it was held, and is damaged, changed, missing or unreadable; it is no longer held.
 */
export type ChunkCheck = "good" | "recovered" | "absent" | "lost";

/** One that is told which chunk is held from now on, or no longer. */
export type HeldListener = (chunk: number, isHeld: boolean) => void;

/**
 * The chunks of one video. A chunk is held when it was verified, written, put on the disk and marked, in that order:
 * whatever happens then, it is there and verifies. Operating trouble rejects with a `CardumeError`.
 */
export interface ChunkStore {
  readonly manifest: Manifest;
  /** What is held. It changes; do not change it. */
  readonly held: Pick<Bitmap, "has" | "count" | "bytes">;
  /**
   * Reads up to 1 MiB inside the video, of chunks that are held or of which `onWritten` was told. `verified` (the default): hashed at this very read. `trusted`, for a peer, who
   * checks them: not hashed as long as the file is as it was when they were last known to be good.
   * @param into memory for them, a leaf more than they are on either side: what is given is a view of it. Else of new memory
   */
  read(position: number, bytes: number, how?: "verified" | "trusted", into?: Loan): Promise<Uint8Array | ReadProblem>;
  /**
   * Reads as much as `into` takes, for a peer, who checks it: as `trusted` above, without a copy and a thread. What was
   * written into it is worth nothing when there is a problem.
   */
  readInto(position: number, into: Uint8Array): Promise<ReadProblem | undefined>;
  /** The leaf hashes of one chunk, checked against its root: what slices are proven with. */
  leafHashes(chunk: number): Promise<Uint8Array | ReadProblem>;
  /**
   * Keeps one chunk. The bytes, which may be lent, must not change until `onWritten` (they are right, and in the file) or until this
   * resolves; when it does with `held`, the chunk is held.
   * Rejects with `disk-full` before or after writing, `disk-failed` (and from then on: what could not be made sure of
   * once is not tried again while this store is open, and written anew after that), `video-in-place` for a file that is not ours to write.
   */
  write(chunk: number, bytes: Uint8Array | Loan, onWritten?: () => void): Promise<"held" | "wrong-bytes">;
  /** Whether these are a slice's bytes, by its proof. They must not change meanwhile. */
  isSlice(slice: Slice, bytes: Uint8Array | Loan, proof: Uint8Array): Promise<boolean>;
  /** Reads one chunk anew, and marks what it found. */
  check(chunk: number): Promise<ChunkCheck>;
  /** @returns what ends it */
  onHeld(listener: HeldListener): () => void;
  /**
   * Waits for what is under way, and lets the files go: every store that was opened is closed once. What is asked of it
   * later rejects with `store-closed`.
   */
  close(): Promise<void>;
}

/** Whether a store's answer is a problem. */
export const isReadProblem = (result: Uint8Array | ReadProblem): result is ReadProblem => "problem" in result;
