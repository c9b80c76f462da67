import type { ResponseStatus } from "../wire/stream/fetch-message.ts";

/**
 * What a `FetchCore` is told: one video, one client, many holders. Holders and requests have numbers that are not used
 * again; a holder's are chosen by the shell, a request's by the core. Bodies of Responses never come in here.
 */
export type FetchInput =
  /** A holder's stream is open. The round trip is that of its Hello and ChunkInfo, in ms. */
  | { readonly type: "holder"; readonly holder: number; readonly roundTripMs: number }
  /** What it holds: chunk `first + i` at bit `i % 8`, lowest first, of byte `i / 8`. Adds to what was known of it. */
  | { readonly type: "holds"; readonly holder: number; readonly firstChunk: number; readonly bitmap: Uint8Array }
  /** The first byte of a Response's body. */
  | { readonly type: "begins"; readonly holder: number; readonly request: number }
  /** Bytes of its body have come, in all so far. Told now and then, not for every piece. */
  | { readonly type: "comes"; readonly holder: number; readonly request: number; readonly bytes: number }
  /** The last byte of its body. What they are worth comes later, as `verified` or `wrong`. */
  | { readonly type: "arrived"; readonly holder: number; readonly request: number }
  | { readonly type: "verified"; readonly holder: number; readonly request: number }
  | { readonly type: "wrong"; readonly holder: number; readonly request: number }
  /** A Response without a body. */
  | {
      readonly type: "refused";
      readonly holder: number;
      readonly request: number;
      readonly status: Exclude<ResponseStatus, "ok">;
    }
  /** Its stream has ended. */
  | { readonly type: "gone"; readonly holder: number }
  /** A chunk is in the file; its memory is free again. */
  | { readonly type: "written"; readonly chunk: number }
  /** A chunk is held: whatever happens, it is there. Also for chunks that came another way. */
  | { readonly type: "kept"; readonly chunk: number }
  /** A chunk that was held was found damaged: it is wanted again. */
  | { readonly type: "lost"; readonly chunk: number }
  /**
   * Somebody reads the video, or has jumped: `position` is the next byte it needs. Without a rate (0) it reads as fast as
   * it can. What it wanted before and does not want any more is cancelled.
   */
  | {
      readonly type: "reader";
      readonly reader: number;
      readonly position: number;
      /** One behind the last byte that it wants; the video's end unless it says so. */
      readonly end: number;
      readonly bytesPerSecond: number;
    }
  | { readonly type: "reader-left"; readonly reader: number }
  /** Whether all of the video is wanted, or only what readers read. */
  | { readonly type: "want-all"; readonly wanted: boolean }
  | { readonly type: "wake" };

/** What a `FetchCore` wants done. */
export type FetchEffect =
  | {
      readonly type: "get";
      readonly holder: number;
      readonly request: number;
      readonly chunk: number;
      /** Counted from the chunk's first; a multiple of `leaves`. */
      readonly firstLeaf: number;
      /** A power of two: the slice's width, also where the video ends inside it. */
      readonly leaves: number;
      /** 0 for what somebody waits for. */
      readonly priority: number;
    }
  /** The answer is no longer wanted; what still comes of it is to be thrown away. */
  | { readonly type: "cancel"; readonly holder: number; readonly request: number }
  /** All leaves of a chunk have come and are verified, in slices: put together, it is to be written. */
  | { readonly type: "assembled"; readonly chunk: number }
  /** This holder is not to be asked any more, and why: `wrong-bytes` is for ever. */
  | { readonly type: "drop"; readonly holder: number; readonly reason: DropReason }
  /** Everything that is wanted is kept. May be told again after more was wanted. */
  | { readonly type: "complete" };

/** Why a holder is not asked any more. */
export type DropReason = "wrong-bytes" | "silent" | "lied";
