/**
 * The fetch stream: Hello, ChunkInfo, Get, Cancel, Response, Close and Complaint between a client and one holder. Frames
 * are those of the find stream; one of an unknown type is passed over, one that is longer than its cap ends the stream.
 */
export const FETCH_TYPE = {
  hello: 1,
  chunkInfo: 3,
  get: 4,
  response: 5,
  cancel: 6,
  getManifest: 7,
  close: 8,
  complaint: 9,
} as const;

/** One video that a client asks a holder of, and the number by which both speak of it on this stream. */
export interface OpenedVideo {
  readonly number: number;
  /** 32 bytes. */
  readonly id: Uint8Array;
}

/** The client tells which videos it wants: each is answered with a ChunkInfo. `0:1 version · 1:1 count n · n × (4 number · 32 id)` */
export interface FetchHello {
  readonly type: "hello";
  readonly version: number;
  readonly videos: readonly OpenedVideo[];
}

/**
 * What the holder has of a video: at first all of it, later what has come since. Size 0: it does not have the video open
 * for this client, or not any more: the number means nothing from then on.
 * `0:4 number · 4:8 size in bytes · 12:4 first chunk · 16:n bitmap`, chunk `first + i` at bit `i % 8`, lowest first, of byte `i / 8`
 */
export interface FetchChunkInfo {
  readonly type: "chunk-info";
  readonly number: number;
  /** A claim, until the last leaf proves it. */
  readonly bytes: number;
  readonly firstChunk: number;
  readonly bitmap: Uint8Array;
}

/** In a Get, in place of a chunk's number, which is never so high: the video's last leaf, whatever its size. */
export const LAST_LEAF = 0xffff_ffff;

/**
 * The client asks for a slice: the leaves from `firstLeaf` on of one chunk, with the sibling hashes that prove them unless
 * they are the whole chunk. `0:4 request · 4:4 number · 8:4 chunk · 12:4 first leaf · 16:4 leaves · 20:1 priority`
 * With chunk {@link LAST_LEAF}, first leaf 0 and leaves 1 for the last leaf of a video of which the client knows the id alone.
 */
export interface FetchGet {
  readonly type: "get";
  /** Chosen by the client, not used again while it is under way. */
  readonly request: number;
  readonly number: number;
  readonly chunk: number;
  readonly firstLeaf: number;
  readonly leaves: number;
  /** 0 for what somebody waits for; larger ones are served after it. */
  readonly priority: number;
}

/** The client asks for a video's manifest. `0:4 request · 4:4 number` */
export interface GetManifest {
  readonly type: "get-manifest";
  readonly request: number;
  readonly number: number;
}

/**
 * The client no longer wants a request answered. It is answered all the same, once: with what was under way already, or
 * `refused`, so that both sides agree on what is open. `0:4 request`
 */
export interface Cancel {
  readonly type: "cancel";
  readonly request: number;
}

/**
 * The client wants to hear no more of a video on this stream. What was asked of it and is not under way is answered with
 * `refused`. `0:4 number`
 */
export interface Close {
  readonly type: "close";
  readonly number: number;
}

/**
 * What the holder sent of a chunk did not verify: an honest one then looks whether it still has it as it has to be.
 * `0:4 number · 4:4 chunk`
 */
export interface Complaint {
  readonly type: "complaint";
  readonly number: number;
  readonly chunk: number;
}

/** How a request ended. */
export type ResponseStatus = "ok" | "not-held" | "refused";

/** The statuses in the order of their codes. */
export const STATUSES: readonly ResponseStatus[] = ["ok", "not-held", "refused"];

/**
 * The answer to one request. Its body stays in the stream: it never enters a core.
 * `0:4 request · 4:1 status, 0 ok, 1 not held, 2 refused · 5:1 count p · 6:32p sibling hashes · then the body`
 */
export interface ResponseHead {
  readonly type: "response";
  readonly request: number;
  readonly status: ResponseStatus;
  readonly proof: Uint8Array;
  readonly bodyBytes: number;
}

/** What a frame of a fetch stream can say, Responses apart. */
export type FetchMessage = FetchHello | FetchChunkInfo | FetchGet | GetManifest | Cancel | Close | Complaint;
