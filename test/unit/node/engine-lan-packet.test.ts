import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NETWORK } from "../../../src/core/limits.ts";
import { decodeLanPacket, encodeAnswer, encodeQuestion } from "../../../src/node/engine-lan-packet.ts";

const ID = "12D3KooWKx8DXbNwvwk3oWHtf6sANC2XcHKXFoqsxVQESNUBQjtb";
const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `/ip4/10.0.0.${at + 1}/tcp/4001/p2p/${ID}`);

/** As another program writes it: names that point back, the TXT among the additional records, upper case. */
const foreignAnswer = (...texts: readonly string[]): Buffer => {
  const txt = Buffer.concat(texts.map((text) => Buffer.from(`${String.fromCharCode(text.length)}${text}`, "latin1")));
  const length = Buffer.from([0, txt.length]);
  return Buffer.concat([
    Buffer.from("000084000000000100000001", "hex"),
    Buffer.from("\x08_CARDUME\x04_udp\x05local\0", "latin1"),
    Buffer.from("000c000100000078", "hex"),
    Buffer.from([0, 4]),
    Buffer.from("\x01x\xc0\x0c", "latin1"),
    Buffer.from("\xc0\x2b", "latin1"),
    Buffer.from("0010000100000078", "hex"),
    ...[length, txt],
  ]);
};

describe("a datagram on the local network", () => {
  test("asks", () => {
    expect(encodeQuestion().toString("hex")).toBe(
      "000000000001000000000000085f63617264756d65045f756470056c6f63616c00000c0001",
    );
    expect(decodeLanPacket(encodeQuestion())).toEqual({ type: "question" });
  });

  test("answers with addresses", () => {
    const answer = encodeAnswer("x".repeat(32), addresses(3));
    expect(decodeLanPacket(answer)).toEqual({ type: "answer", addresses: addresses(3) });
  });

  test("of another program with the same service is understood", () => {
    const packet = foreignAnswer(`dnsaddr=${addresses(1)[0]}`, "other=1");
    expect(decodeLanPacket(packet)).toEqual({ type: "answer", addresses: addresses(1) });
  });

  test("fits, whatever is to be told", () => {
    const answer = encodeAnswer("x".repeat(63), [...addresses(200), `/dns/${"y".repeat(300)}/tcp/1/p2p/${ID}`]);
    expect(answer.length).toBeLessThanOrEqual(NETWORK.maxLanDatagramBytes);
    const decoded = decodeLanPacket(answer);
    expect(decoded?.type === "answer" && decoded.addresses.length).toBeGreaterThanOrEqual(10);
  });

  test("about other services says nothing", () => {
    const printer = Buffer.from(encodeQuestion().toString("latin1").replace("_cardume", "_printer"), "latin1");
    expect(decodeLanPacket(printer)).toBeUndefined();
    const other = Buffer.from(
      encodeAnswer("x", addresses(1)).toString("latin1").replaceAll("_cardume", "_printer"),
      "latin1",
    );
    expect(decodeLanPacket(other)).toBeUndefined();
  });

  test("with a name that points at itself, or beyond the end, is none", () => {
    const circle = Buffer.concat([
      Buffer.from("000000000001000000000000", "hex"),
      Buffer.from([0xc0, 12, 0, 12, 0, 1]),
    ]);
    expect(decodeLanPacket(circle)).toBeUndefined();
    circle[13] = 255;
    expect(decodeLanPacket(circle)).toBeUndefined();
  });

  test("that counts more records than it has gives those that it has, soon", () => {
    const packet = encodeAnswer("x", addresses(2));
    packet.writeUInt16BE(0xffff, 6);
    packet.writeUInt16BE(0xffff, 10);
    expect(decodeLanPacket(packet)).toEqual({ type: "answer", addresses: addresses(2) });
  });

  test("of any bytes, and any sound one with bytes changed or cut off, is read without an error", () => {
    const sound = fc.constantFrom(encodeQuestion(), encodeAnswer("x", addresses(4)), foreignAnswer("dnsaddr=/x"));
    const changed = fc.tuple(sound, fc.nat(), fc.nat(255), fc.nat()).map(([packet, at, byte, cut]) => {
      const copy = Buffer.from(packet);
      copy[at % copy.length] = byte;
      return copy.subarray(0, 1 + (cut % copy.length));
    });
    const rubbish = fc.uint8Array({ maxLength: 1600 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(rubbish, changed), (bytes) => {
        const packet = decodeLanPacket(bytes);
        return packet?.type !== "answer" || packet.addresses.length <= NETWORK.maxAddressesPerPeer;
      }),
      { numRuns: 2000 },
    );
  });
});
