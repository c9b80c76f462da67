import type { Address } from "../address.ts";

/** The first 16 bits of every datagram of the original network. All integers are unsigned, in network byte order. */
export const TYPE = { hello: 1, query: 2, chunkInfo: 3, get: 4, response: 5 } as const;

/** How Query and Response are laid out when sent: the assignment's way, or that of the report's author. */
export type Dialect = "canonical" | "report";

/** A client tells its contact peer which chunks it wants. `0:2 type=1 · 2:2 count n · 4:2n ids` */
export interface Hello {
  readonly type: "hello";
  readonly ids: readonly number[];
}

/**
 * A peer asks a neighbour on behalf of a client, who is answered directly.
 * `0:2 type=2 · 2:4 client IPv4 · 6:2 client port · 8:2 TTL in hops · 10:2 count n · 12:2n ids`
 */
export interface Query {
  readonly type: "query";
  readonly client: Address;
  readonly ttlHops: number;
  readonly ids: readonly number[];
}

/** A peer tells the client which of the wanted chunks it holds. `0:2 type=3 · 2:2 count n · 4:2n ids` */
export interface ChunkInfo {
  readonly type: "chunk-info";
  readonly ids: readonly number[];
}

/** A client asks a holder for chunks. `0:2 type=4 · 2:2 count n · 4:2n ids` */
export interface Get {
  readonly type: "get";
  readonly ids: readonly number[];
}

/**
 * One chunk. Its bytes stay in the datagram, at `offset`, `sizeBytes` long: they never enter a core.
 * `0:2 type=5 · 2:2 chunk id · 4:2 size s · 6:s chunk`
 */
export interface Response {
  readonly type: "response";
  readonly id: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * One chunk as the report's author sends it: named by a file, not by an id. `nameNumber` is the last number in the
 * base name without its ending, `undefined` when there is none; the name itself is never used.
 * `0:2 type=5 · 2:100 file name, NUL padded · 102:2 size s · 104:1024 chunk, NUL padded`
 */
export interface ReportResponse {
  readonly type: "report-response";
  readonly nameNumber: number | undefined;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A message whose whole meaning is a list of chunk ids. */
export type ListMessage = Hello | ChunkInfo | Get;

/** What a datagram of the original network can say. */
export type Message = Hello | Query | ChunkInfo | Get | Response | ReportResponse;

/** Why a datagram says nothing: a value, counted and never answered. */
export interface DecodeError {
  readonly type: "decode-error";
  readonly code: "too-short" | "unknown-type" | "list-truncated" | "query-length" | "response-truncated" | "too-large";
}
