import type { Geometry } from "../content/geometry.ts";
import type { ResponseStatus } from "../wire/stream/fetch-message.ts";

/** What a `FetchCore` is made with. */
export interface FetchOptions {
  readonly geometry: Geometry;
  /** Whether a chunk is held already. Asked once for each, in the constructor. */
  readonly held: (chunk: number) => boolean;
  /** Whether all of the video is wanted, or only what readers read. */
  readonly wantAll: boolean;
  /** Any 32-bit number: clients with different ones begin with different chunks, and so can trade them. */
  readonly seed: number;
  /**
   * Bytes of chunks between their first Get and `written`, and of second Gets for the same bytes; `NETWORK.maxFetchMemoryBytes`
   * unless told. Two chunks always have room.
   */
  readonly memoryBytes?: number;
}

/**
 * What a `FetchCore` is told: one video, one client, many holders. Holders and requests have numbers that are not used
 * again; a holder's are chosen by the shell, a request's by the core. Bodies of Responses never come in here.
 */
export type FetchInput =
  /**
   * A holder's stream is open. The round trip is that of its Hello and ChunkInfo, in ms. `early`: the grain of the video, 64 KiB,
   * that it was asked for already: a Get for just that is no new one.
   */
  | {
      readonly type: "holder";
      readonly holder: number;
      readonly roundTripMs: number;
      readonly early?: number | undefined;
    }
  /** What it holds: chunk `first + i` at bit `i % 8`, lowest first, of byte `i / 8`. Adds to what was known of it. */
  | { readonly type: "holds"; readonly holder: number; readonly firstChunk: number; readonly bitmap: Uint8Array }
  /** Something that it sent has verified before it was asked for a slice: it need not be tried with one alone. */
  | { readonly type: "proven"; readonly holder: number }
  | FetchAnswer
  /** Its stream has ended. */
  | { readonly type: "gone"; readonly holder: number }
  /** A chunk is in the file; its memory is free again. */
  | { readonly type: "written"; readonly chunk: number }
  /** A chunk is held: whatever happens, it is there. Also for chunks that came another way. */
  | { readonly type: "kept"; readonly chunk: number }
  /** A chunk that was held was found damaged, or could not be written: it is wanted again. */
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
      /** In ms, so much longer it can do without: it has bytes ahead of what it plays, or nobody waits for it now. 0 unless it says so. */
      readonly slackMs?: number;
    }
  | { readonly type: "reader-left"; readonly reader: number }
  /** Whether all of the video is wanted, or only what readers read. */
  | { readonly type: "want-all"; readonly wanted: boolean }
  | { readonly type: "wake" };

/** What comes of one request. */
export type FetchAnswer =
  /** The first byte of a Response's body. Like `comes` and `arrived` also told of a request that was cancelled. */
  | { readonly type: "begins"; readonly holder: number; readonly request: number }
  /** Bytes of its body have come, in all so far. Told now and then, not for every piece: every 50 ms or so. */
  | { readonly type: "comes"; readonly holder: number; readonly request: number; readonly bytes: number }
  /** The last byte of its body. What they are worth comes later, as `verified` or `wrong`, even if the holder has gone. */
  | { readonly type: "arrived"; readonly holder: number; readonly request: number }
  | { readonly type: "verified"; readonly holder: number; readonly request: number }
  | { readonly type: "wrong"; readonly holder: number; readonly request: number }
  /** A Response without a body. */
  | {
      readonly type: "refused";
      readonly holder: number;
      readonly request: number;
      readonly status: Exclude<ResponseStatus, "ok">;
    };

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
      /** 0 for what somebody waits for, 1 for what a reader will want, 2 for the rest. */
      readonly priority: number;
    }
  /** The answer is no longer wanted; what still comes of it is to be thrown away. */
  | { readonly type: "cancel"; readonly holder: number; readonly request: number }
  /** All leaves of a chunk have come and are verified, in slices: put together, it is to be written. */
  | { readonly type: "assembled"; readonly chunk: number }
  /** The verified slices of a chunk that is not whole are not wanted any more: their memory is to be freed. */
  | { readonly type: "discard"; readonly chunk: number }
  /**
   * This holder is not to be asked any more, and why: `wrong-bytes` is for ever. Its requests are over without a
   * `cancel` for each, those included that have arrived and are not verified yet.
   */
  | { readonly type: "drop"; readonly holder: number; readonly reason: DropReason }
  /** Everything that is wanted is kept. May be told again after more was wanted. */
  | { readonly type: "complete" };

/** Why a holder is not asked any more. */
export type DropReason = "wrong-bytes" | "silent" | "lied";

/** What was asked, refused, given up and wasted so far: every cause of slowness has its number. */
export interface FetchCounters {
  gets: number;
  /** Gets for what somebody waits for. */
  urgentGets: number;
  /** Gets of bytes that another holder had been asked for as well. */
  hedges: number;
  /** Requests taken from a holder that had not begun to answer them, for one that answers sooner. */
  takenOver: number;
  cancels: number;
  /** Responses `refused`: the holder is overloaded. */
  refused: number;
  /** Responses `not-held` for what had been announced. */
  notHeld: number;
  wrong: number;
  droppedWrong: number;
  droppedSilent: number;
  droppedLied: number;
  /** Holders whose stream ended. */
  gone: number;
  /** Times that a holder with requests fell silent. */
  stalls: number;
  /** Chunks given up half way, since nobody is left that has them or nobody wants them any more. */
  discards: number;
  /** Inputs about a holder or request that is not known, or no longer: they came late, and are normal. */
  late: number;
  /** Bytes of bodies, wasted ones included. */
  receivedBytes: number;
  verifiedBytes: number;
  /** Bytes of bodies that came twice, were wrong or were not wanted any more. */
  wastedBytes: number;
}

/** One holder as its fetch sees it. */
export interface HolderView {
  readonly holder: number;
  readonly heldChunks: number;
  readonly receivedBytes: number;
  readonly bytesPerSecond: number;
  readonly roundTripMs: number;
  readonly requestsInFlight: number;
  readonly bytesInFlight: number;
  /** Something that it sent was verified. */
  readonly trusted: boolean;
  /** It has requests, and nothing has come for longer than expected. */
  readonly stalled: boolean;
}
