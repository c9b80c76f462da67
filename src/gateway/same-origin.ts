import type { IncomingHttpHeaders } from "node:http";
import { type Place, placeOf } from "./web-hosts.ts";

/**
 * Who asks, by what browsers say of it. `same`: a page of this gateway. `cross`: a page of somebody else. `person`: an
 * address that was typed, or a bookmark. `program`: no browser, which would have said.
 */
export type Asker = "same" | "cross" | "person" | "program";

/** Who asks, from `Origin` and `Sec-Fetch-Site`; where the two disagree, it is somebody else. */
export function askerOf(headers: IncomingHttpHeaders): Asker {
  const { host = "", origin } = headers;
  const site = headers["sec-fetch-site"];
  if (origin !== undefined && !isSameOrigin(origin, host)) return "cross";
  if (site === undefined) return origin === undefined ? "program" : "same";
  if (site === "same-origin") return "same";
  return site === "none" && origin === undefined ? "person" : "cross";
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** Behind a proxy that speaks TLS it is `https`: then the proxy passes on the host by which it was asked. */
function isSameOrigin(origin: string, host: string): boolean {
  const match = /^(https?):\/\/([^/?#@\\\s]+)$/.exec(origin);
  const [asked, own] = [placeOf(match?.[2] ?? ""), placeOf(host)];
  const usual = PORTS[match?.[1] ?? ""];
  if (asked === undefined || own === undefined || usual === undefined) return false;
  return asked.host === own.host && portOf(asked, usual) === portOf(own, usual);
}

const portOf = ({ port }: Place, usual: number): number => port ?? usual;
