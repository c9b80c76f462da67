import { hasStrong, hasWeak, tagList } from "./range-etags.ts";

/** The headers of a request that matter, by their names in lower case; several lines of one are joined with commas. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What the conditions of a GET or HEAD come to, in the order of RFC 9110, 13.2.2: If-Match, then If-None-Match; `undefined`:
 * it is answered. There is no Last-Modified, so that conditions on a date are passed over, as 13.1.3 and 13.1.4 want it.
 * @param etag strong, with its quotes
 */
export function failedCondition(headers: RequestHeaders, etag: string): 304 | 412 | undefined {
  const ifMatch = headerValue(headers, "if-match");
  if (ifMatch !== undefined && !hasStrong(tagList(ifMatch), etag)) return 412;
  const ifNoneMatch = headerValue(headers, "if-none-match");
  return ifNoneMatch !== undefined && hasWeak(tagList(ifNoneMatch), etag) ? 304 : undefined;
}

/** A header's value; `undefined`: it is not there. */
export function headerValue(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" || value === undefined ? value : value.join(", ");
}
