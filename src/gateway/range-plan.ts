import { failedCondition, headerValue, type RequestHeaders } from "./range-conditions.ts";
import { entityTag } from "./range-etags.ts";
import { type ByteRange, rangesAsked } from "./range-set.ts";

/** What there is to be sent: its size is proven, and its bytes never change. */
export interface Representation {
  /** At least 1. */
  readonly bytes: number;
  /** A strong entity-tag, with its quotes. */
  readonly etag: string;
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** What a request is answered with. */
export interface RangePlan {
  readonly status: 200 | 206 | 304 | 405 | 412 | 416;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the body is; `undefined`: none of the video's bytes. */
  readonly body: ByteRange | undefined;
}

/** What is public for ever: the id in the address names these very bytes. */
export const FOR_EVER = "public, max-age=31536000, immutable";

/**
 * How RFC 9110 has a request for a video's bytes answered. One range is served; of a request for several that are there,
 * all the bytes are sent (14.2 leaves that to a server), so nobody can make it send one byte twice. A Range in a HEAD is
 * passed over, since ranges are defined for GET only.
 */
export function rangePlan(method: string, headers: RequestHeaders, what: Representation): RangePlan {
  if (method !== "GET" && method !== "HEAD") return { status: 405, headers: { allow: "GET, HEAD" }, body: undefined };
  const { etag, bytes } = what;
  const ranged = { "accept-ranges": "bytes" };
  const shared = { ...ranged, etag, "cache-control": FOR_EVER };
  // 13.2.2: conditions first, ranges last.
  const failed = failedCondition(headers, etag);
  if (failed !== undefined) return { status: failed, headers: failed === 304 ? shared : ranged, body: undefined };
  const asked = method === "GET" && isRangeWanted(headers, etag) ? headerValue(headers, "range") : undefined;
  const ranges = asked === undefined ? undefined : rangesAsked(asked, bytes);
  if (ranges?.kind === "unsatisfiable")
    return { status: 416, headers: { ...ranged, "content-range": `bytes */${bytes}` }, body: undefined };
  const one = ranges?.kind === "ranges" && ranges.ranges.length === 1 ? ranges.ranges[0] : undefined;
  const sent = one ?? { start: 0, end: bytes };
  return {
    status: one === undefined ? 200 : 206,
    headers: {
      ...shared,
      "content-type": what.contentType,
      "content-disposition": what.contentDisposition,
      "content-length": String(sent.end - sent.start),
      ...(one === undefined ? {} : { "content-range": `bytes ${one.start}-${one.end - 1}/${bytes}` }),
    },
    body: method === "HEAD" ? undefined : sent,
  };
}

/** If-Range (13.1.5): one strong entity-tag, the very same. There is no Last-Modified, so that no date matches. */
function isRangeWanted(headers: RequestHeaders, etag: string): boolean {
  const condition = headerValue(headers, "if-range");
  if (condition === undefined) return true;
  const tag = entityTag(condition);
  return tag !== undefined && !tag.isWeak && tag.opaque === etag;
}
