import type { FindChunkInfo, FindDone, FindQuery, HeldVideo, Wanted } from "../wire/stream/find-message.ts";

/** A peer as cores know it: its id in text. They look at nothing inside it. */
export type PeerKey = string;

/** What a `FindCore` is told. */
export type FindInput =
  /** A find stream to a neighbour is open. */
  | { readonly type: "joined"; readonly peer: PeerKey }
  | { readonly type: "left"; readonly peer: PeerKey }
  | { readonly type: "frame"; readonly from: PeerKey; readonly message: FindQuery | FindChunkInfo | FindDone }
  /** This node itself asks. `queryId` is 16 fresh random bytes; every answer to it is given back with it. */
  | { readonly type: "search"; readonly queryId: Uint8Array; readonly wanted: Wanted; readonly enoughHolders: number }
  | { readonly type: "stop-search"; readonly queryId: Uint8Array }
  /** The answer to a `look-up`: what is held here, and this node's own signed record. None held: an empty list. */
  | {
      readonly type: "looked-up";
      readonly queryId: Uint8Array;
      readonly record: Uint8Array;
      readonly videos: readonly HeldVideo[];
    }
  /** The record of a `found` was signed by this holder: it counts towards enough. */
  | { readonly type: "holder"; readonly queryId: Uint8Array; readonly holder: PeerKey }
  /** The check of one `found` is over, whatever came of it. No ring is over before: what it found counts for the next one. */
  | { readonly type: "checked"; readonly queryId: Uint8Array }
  | { readonly type: "wake" };

/** What a `FindCore` wants done. */
export type FindEffect =
  | { readonly type: "send"; readonly to: PeerKey; readonly message: FindQuery | FindChunkInfo | FindDone }
  /** Look in the library, and answer with `looked-up`. */
  | { readonly type: "look-up"; readonly queryId: Uint8Array; readonly wanted: Wanted }
  /** An answer to this node's own search. The record's signature has not been checked yet. */
  | {
      readonly type: "found";
      readonly queryId: Uint8Array;
      /** The neighbour that brought it. */
      readonly from: PeerKey;
      readonly record: Uint8Array;
      readonly videos: readonly HeldVideo[];
    }
  | { readonly type: "search-ended"; readonly queryId: Uint8Array; readonly reason: SearchEnd }
  /** A neighbour did what no honest one does: its stream is to be ended. */
  | { readonly type: "drop"; readonly peer: PeerKey; readonly reason: string };

/** Why a search ended: enough holders, everybody in reach was asked, it was stopped, or there is nobody to ask. */
export type SearchEnd = "enough" | "exhausted" | "stopped" | "alone";
