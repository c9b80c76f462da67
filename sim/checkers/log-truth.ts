import { type Address, formatAddress } from "../../src/core/wire/address.ts";
import type { Cast } from "../cast.ts";
import { isChunkContent } from "../chunk-content.ts";
import type { Datagram } from "../datagram.ts";
import type { Observer } from "../observer.ts";
import type { Findings } from "./findings.ts";

interface LogRecord {
  /** `holder id` of each Response that has come. */
  readonly came: Set<string>;
  readonly logged: Set<number>;
  done: boolean;
}

/**
 * A client's log tells the truth: each line names a peer that really sent this chunk to this client before, the bytes
 * are the chunk's, each wanted id is there exactly once, and missing are those that did not come. After its end a
 * client says nothing more.
 */
export class LogTruth implements Observer {
  readonly #cast: Cast;
  readonly #findings: Findings;
  readonly #records = new Map<Address, LogRecord>();

  constructor(cast: Cast, findings: Findings) {
    this.#cast = cast;
    this.#findings = findings;
  }

  delivered({ from, to, message }: Datagram): void {
    if (message.type === "response") this.#record(to).came.add(`${from} ${message.id}`);
    if (message.type === "report-response") this.#record(to).came.add(`${from} ${message.nameNumber}`);
  }

  sent({ from, message }: Datagram, nowMs: number): void {
    if (this.#cast.clients.has(from) && this.#record(from).done)
      this.#findings.add(nowMs, from, `${message.type} after its end`);
  }

  chunk(client: Address, from: Address, id: number, bytes: Uint8Array, nowMs: number): void {
    const record = this.#record(client);
    const wrong = (problem: string): void => this.#findings.add(nowMs, client, `logged chunk ${id}: ${problem}`);
    if (!record.came.has(`${from} ${id}`)) wrong(`${formatAddress(from)} has not sent it`);
    if (!isChunkContent(id, bytes)) wrong("its bytes are wrong");
    if (record.logged.has(id)) wrong("for the second time");
    if (this.#cast.clients.get(client)?.config.ids.includes(id) !== true) wrong("nobody wanted it");
    if (record.done) wrong("after its end");
    record.logged.add(id);
  }

  done(client: Address, missing: readonly number[], nowMs: number): void {
    const record = this.#record(client);
    record.done = true;
    const wanted = this.#cast.clients.get(client)?.config.ids ?? [];
    const expected = wanted.filter((id) => !record.logged.has(id));
    if (expected.join() !== missing.join())
      this.#findings.add(nowMs, client, `says that ${missing.join()} are missing, but it is ${expected.join()}`);
  }

  #record(client: Address): LogRecord {
    let record = this.#records.get(client);
    if (record === undefined) {
      record = { came: new Set(), logged: new Set(), done: false };
      this.#records.set(client, record);
    }
    return record;
  }
}
