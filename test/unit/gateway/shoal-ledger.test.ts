import { describe, expect, test } from "vitest";
import { ShoalLedger } from "../../../src/gateway/shoal-ledger.ts";

const MIB = 1_048_576;
const sent = (bytes: Readonly<Record<string, number>>): { peer: string; receivedBytes: number }[] =>
  Object.entries(bytes).map(([peer, receivedBytes]) => ({ peer, receivedBytes }));

describe("where chunks came from", () => {
  test("a chunk is its holder's when one at a time sends", () => {
    const ledger = new ShoalLedger();
    ledger.came(0, MIB);
    ledger.look(sent({ ana: MIB, bruno: 0 }));
    ledger.came(5, MIB);
    ledger.look(sent({ ana: MIB, bruno: MIB }));
    expect([ledger.senderOf(0), ledger.senderOf(5), ledger.peers]).toEqual([0, 1, ["ana", "bruno"]]);
  });

  test("shares are right for chunks that came side by side", () => {
    const ledger = new ShoalLedger();
    for (let chunk = 0; chunk < 12; chunk++) ledger.came(chunk, MIB);
    ledger.look(sent({ ana: 9 * MIB, bruno: 3 * MIB }));
    const senders = Array.from({ length: 12 }, (_, chunk) => ledger.peers[ledger.senderOf(chunk) ?? -1]);
    expect(senders.filter((peer) => peer === "ana")).toHaveLength(9);
    expect(senders.filter((peer) => peer === "bruno")).toHaveLength(3);
  });

  test("a chunk that nobody has sent bytes for has no sender", () => {
    const ledger = new ShoalLedger();
    ledger.came(3, MIB);
    expect(ledger.look(sent({ ana: 0 }))).toEqual([3]);
    expect(ledger.senderOf(3)).toBeUndefined();
  });

  test("a fetch that begins anew counts from nothing, and a lost chunk has no sender any more", () => {
    const ledger = new ShoalLedger();
    ledger.came(0, MIB);
    ledger.look(sent({ ana: 5 * MIB }));
    ledger.look(sent({ ana: 0 }));
    ledger.lost(0);
    ledger.came(0, MIB);
    ledger.look(sent({ ana: 0, bruno: 6 * MIB }));
    expect(ledger.peers[ledger.senderOf(0) ?? -1]).toBe("bruno");
  });
});
