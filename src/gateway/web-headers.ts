/** Headers, by their names. */
export type Headers = Readonly<Record<string, string>>;

/** Scripts are never inline; styles may be, for the player's controls. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self' blob:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** What a browser is told whatever the answer is. */
const COMMON: Headers = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
};

const OWN: Headers = { ...COMMON, "cross-origin-resource-policy": "same-origin" };

const PAGE: Headers = { ...OWN, "content-security-policy": PAGE_POLICY };

const API: Headers = {
  ...OWN,
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
  "cache-control": "no-store",
};

const MEDIA: Headers = {
  ...COMMON,
  "content-security-policy":
    "sandbox; default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "cross-origin",
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
};

/** Of everything that is data: never kept, and inert if it is opened as a page. */
export const apiHeaders = (): Headers => API;

/**
 * Of media, below `/v/`: anybody's page may show it and read it, without credentials, and opened by itself it is inert,
 * whatever is in it. The type is for the route to say, from its own list.
 */
export const mediaHeaders = (): Headers => MEDIA;

/** What a path serves. */
export type Surface = "api" | "media" | "page";

/** What a request's target (path and query) asks of. */
export function surfaceOf(target: string): Surface {
  if (target.startsWith("/v/")) return "media";
  // The router decodes what is escaped: a first part like "%61pi" may be any, and gets the strictest treatment.
  if (/^\/[^/?]*%/.test(target)) return "api";
  return /^\/(?:api|metrics|healthz)(?:[/?]|$)/.test(target) ? "api" : "page";
}

const HEADERS: Readonly<Record<Surface, Headers>> = { api: API, media: MEDIA, page: PAGE };

/** The headers of a surface. Every answer has them, errors too. */
export const surfaceHeaders = (surface: Surface): Headers => HEADERS[surface];
