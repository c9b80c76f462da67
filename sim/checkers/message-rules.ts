import { ORIGINAL } from "../../src/core/limits.ts";
import { formatAddress, isAnswerable } from "../../src/core/wire/address.ts";
import type { Query } from "../../src/core/wire/datagram/message.ts";
import { type Cast, isOurs } from "../cast.ts";
import type { Datagram } from "../datagram.ts";
import type { Observer } from "../observer.ts";
import type { Findings } from "./findings.ts";

/**
 * What holds of every single datagram that our programs send: it says something, is at most 1024 bytes, no list in it
 * is empty or too long, no TTL is 0 or above the limit, and it goes to nobody who may not be sent to.
 */
export class MessageRules implements Observer {
  readonly #cast: Cast;
  readonly #findings: Findings;

  constructor(cast: Cast, findings: Findings) {
    this.#cast = cast;
    this.#findings = findings;
  }

  sent(datagram: Datagram, nowMs: number): void {
    if (!isOurs(this.#cast, datagram.from)) return;
    const { message, bytes, to, from } = datagram;
    const wrong = (problem: string): void => this.#findings.add(nowMs, from, `${message.type} ${problem}`);
    if (message.type === "decode-error") wrong("cannot be decoded");
    if (!isAnswerable(to, false) || to === from) wrong(`sent to ${formatAddress(to)}`);
    // The report's Response has one size for all, which is larger.
    if (message.type !== "report-response" && bytes.length > ORIGINAL.maxMessageBytes)
      wrong(`of ${bytes.length} bytes`);
    if ("ids" in message && (message.ids.length === 0 || message.ids.length > ORIGINAL.maxIdsPerMessage))
      wrong(`with ${message.ids.length} ids`);
    if (message.type === "query") this.#query(datagram, message, wrong);
  }

  #query({ from }: Datagram, { ttlHops, client }: Query, wrong: (problem: string) => void): void {
    const limitHops = this.#cast.peers.get(from)?.config.maxTtlHops ?? 0;
    if (ttlHops < 1 || ttlHops > limitHops) wrong(`with TTL ${ttlHops}`);
    if (!isAnswerable(client, false) || client === from) wrong(`on behalf of ${formatAddress(client)}`);
  }
}
