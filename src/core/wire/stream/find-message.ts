/**
 * The find stream: Hello, Query, ChunkInfo and Done between two neighbours, and the peers they know. Every frame is
 * `0:4 length n · 4:1 type · 5:n payload`; all integers are unsigned, in network byte order. A frame of an unknown type is
 * passed over, so that a later version can say more; one that is longer than `NETWORK.maxFindFrameBytes` ends the stream.
 */
export const FIND_TYPE = { hello: 1, query: 2, chunkInfo: 3, peers: 4, done: 5 } as const;

/** The first frame of each side. `0:1 version · 1:n name, UTF-8`. What follows the version may be longer one day. */
export interface FindHello {
  readonly type: "hello";
  readonly version: number;
  /** For people, a label; empty for none. */
  readonly name: string;
}

/** What is looked for: one video by its id, or videos by words of their titles and file names. */
export type Wanted =
  | { readonly kind: "video"; readonly id: Uint8Array }
  | { readonly kind: "words"; readonly words: string };

/**
 * Who has it? Answered by those who do, and sent on while there are hops left.
 * `0:16 query id · 16:1 TTL in hops · 17:1 kind, 1 or 2 · 18:n video id, or words in UTF-8`
 */
export interface FindQuery {
  readonly type: "query";
  /** 16 random bytes: an answer finds its way back by them. */
  readonly queryId: Uint8Array;
  readonly ttlHops: number;
  readonly wanted: Wanted;
}

/** One video that a holder has. `0:32 id · 32:8 size in bytes · 40:4 chunks held · 44:2 length t · 46:t title, UTF-8` */
export interface HeldVideo {
  readonly id: Uint8Array;
  /** A claim, like the title. */
  readonly bytes: number;
  readonly heldChunks: number;
  /** A label. */
  readonly title: string;
}

/**
 * A holder's answer, which travels back the way that the Query came.
 * `0:16 query id · 16:2 length r · 18:r the holder's signed peer record · 1 count n · n videos`
 */
export interface FindChunkInfo {
  readonly type: "chunk-info";
  readonly queryId: Uint8Array;
  /** Opaque here: the shell checks the signature and reads the addresses. */
  readonly record: Uint8Array;
  readonly videos: readonly HeldVideo[];
}

/** Peers that the sender knows. `0:1 count n · n × (2 length r · r signed peer record)` */
export interface Peers {
  readonly type: "peers";
  readonly records: readonly Uint8Array[];
}

/**
 * All answers to a Query that the sender, and those whom it has asked for it, can give have been sent on this stream before.
 * `0:16 query id · 16:1 TTL in hops, as that Query came · 17:1 flags: DONE_FLAG, other bits mean nothing yet`
 */
export interface FindDone {
  readonly type: "done";
  readonly queryId: Uint8Array;
  readonly ttlHops: number;
  readonly flags: number;
}

/** `more`: the hops ended where there are neighbours that were not asked, or a part of the asking was not done. */
export const DONE_FLAG = { more: 1 } as const;

/** What a frame of a find stream can say. */
export type FindMessage = FindHello | FindQuery | FindChunkInfo | Peers | FindDone;

/** Why a frame says nothing: a value; who sent it is cut off. */
export interface FrameError {
  readonly type: "frame-error";
  readonly code: "too-large" | "malformed";
}

/** Bytes of a query's id. */
export const QUERY_ID_BYTES = 16;
