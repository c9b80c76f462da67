import type { Address } from "../wire/address.ts";
import type { Dialect, Get, Hello, Message } from "../wire/datagram/message.ts";

/** What a client is told at its start. */
export interface ClientConfig {
  readonly contact: Address;
  /** The wanted chunk ids in their order, each once. */
  readonly ids: readonly number[];
  /** `sequence` where the chunks are consumed in order, else `rarest`. */
  readonly order: "rarest" | "sequence";
  /** The size of the socket's receive buffer in bytes: more than it holds is never in flight. */
  readonly receiveBufferBytes: number;
  readonly allowPublic: boolean;
  /** `report`: every holder gets one id at a time, as the report's author's peer needs it. */
  readonly dialect: Dialect;
}

/** What happens to a client. */
export type ClientInput =
  | { readonly type: "start" }
  | { readonly type: "datagram"; readonly from: Address; readonly message: Message }
  /** Chunks from this place in the wanted order on are not to be asked for yet. */
  | { readonly type: "limit"; readonly place: number }
  | { readonly type: "wake" };

/** What a client wants done, or tells. */
export type ClientEffect =
  | { readonly type: "send"; readonly to: Address; readonly message: Hello | Get }
  /** The chunk in the datagram that was just handled is wanted and new: keep its bytes. */
  | { readonly type: "chunk"; readonly id: number; readonly place: number; readonly from: Address }
  /** Something to show: a holder found, given up or back, a Get repeated, the search over. */
  | { readonly type: "event"; readonly event: ClientEvent }
  /** Nothing is left to wait for. `missing` are the wanted ids that did not come, in the wanted order. */
  | { readonly type: "done"; readonly missing: readonly number[] };

/** What a client tells about its course. */
export type ClientEvent =
  | { readonly name: "holder-found"; readonly holder: Address; readonly chunks: number }
  | { readonly name: "holder-given-up"; readonly holder: Address }
  | { readonly name: "holder-back"; readonly holder: Address }
  | { readonly name: "search-over"; readonly withoutHolder: number }
  | { readonly name: "get-repeated"; readonly holder: Address; readonly id: number }
  | { readonly name: "chunk-failed"; readonly id: number; readonly place: number };

/** One holder as measured. Times in ms, sizes in bytes. */
export interface HolderReport {
  readonly holder: Address;
  /** Chunks that came from it first. */
  readonly chunks: number;
  readonly bytes: number;
  /** Chunks asked of it, repeats included. */
  readonly requests: number;
  readonly losses: number;
  /** Smoothed round trip; `undefined` before the first. */
  readonly rttMs: number | undefined;
  readonly bytesPerSecond: number;
  readonly window: number;
  readonly givenUp: boolean;
}

/** What a client has counted. */
export interface ClientCounters {
  hellos: number;
  chunkInfos: number;
  gets: number;
  /** Ids in Gets, repeats included. */
  requests: number;
  repeats: number;
  /** Chunks that came again. */
  duplicates: number;
  /** Responses and ChunkInfos that nobody asked for, or with an address that may not be used. */
  unexpected: number;
}
