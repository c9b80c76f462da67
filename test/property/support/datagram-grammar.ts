import { addressOf } from "../../../src/core/wire/address.ts";
import { writeUint16 } from "../../../src/core/wire/datagram/bytes.ts";
import { encodeMessage, writeResponseHeader } from "../../../src/core/wire/datagram/encode.ts";
import { encodeReportResponse } from "../../../src/core/wire/datagram/report-dialect.ts";
import type { Random } from "./random.ts";

/** Numbers at which 16-bit arithmetic goes wrong. */
export const BOUNDARIES: readonly number[] = [0, 1, 2, 3, 4, 0x7f, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];

/** Hosts of every class, by their first and last bytes. */
const HOSTS = [
  0x7f000001, 0x7f000002, 0x0a000001, 0xac100001, 0xac200001, 0xc0a80001, 0xa9fe0001, 0x08080808, 0xe0000001,
  0xf0000001, 0xffffffff, 0x00000000, 0x00000001,
];

/** A small or a boundary number: both kinds of mistakes want to be met often. */
const anyUint16 = (random: Random): number =>
  random.oneIn(3) ? random.pick(BOUNDARIES) : random.oneIn(4) ? random.below(65_536) : random.below(24);

/** Mostly a few ids; now and then as many as a message holds, a few more, or a whole datagram full. */
function anyIds(random: Random): number[] {
  const length = random.oneIn(400)
    ? random.pick([32_000, 1001, 2000])
    : random.oneIn(40)
      ? random.pick([497, 498, 499, 500, 501])
      : random.below(10);
  return random.list(length, () => anyUint16(random));
}

/** A message of any type in either dialect, as a well-behaved program would send it. */
export function validDatagram(random: Random): Uint8Array {
  const dialect = random.oneIn(2) ? "canonical" : "report";
  const ids = anyIds(random);
  switch (random.below(6)) {
    case 0:
      return encodeMessage({ type: "hello", ids }, dialect);
    case 1:
      return encodeMessage({ type: "chunk-info", ids }, dialect);
    case 2:
      return encodeMessage({ type: "get", ids }, dialect);
    case 3:
    case 4: {
      const client = addressOf(random.pick(HOSTS), random.oneIn(3) ? anyUint16(random) : random.between(5001, 5004));
      return encodeMessage({ type: "query", client, ttlHops: anyUint16(random), ids }, dialect);
    }
    default:
      return response(random, dialect === "report");
  }
}

function response(random: Random, report: boolean): Uint8Array {
  const sizeBytes = random.oneIn(8) ? random.pick([0, 1, 1018, 1024]) : random.below(40);
  const chunk = new Uint8Array(sizeBytes).fill(random.below(256));
  const id = anyUint16(random);
  if (report) return encodeReportResponse(random.pick([`a/BigBuckBunny_${id}.m4s`, `${id}`, "none", "x7y8"]), chunk);
  // Now and then as long as one of the other dialect.
  const bytes = new Uint8Array(random.oneIn(8) ? 1128 : 6 + sizeBytes);
  writeResponseHeader(bytes, id, sizeBytes);
  bytes.set(chunk, 6);
  return bytes;
}

/** Where counts, sizes, TTLs, ports and ids stand in one of the layouts. */
const FIELDS = [0, 2, 4, 6, 8, 10, 12, 22, 24, 26, 28, 102];

/** A valid datagram with nothing or a few things done to it. */
export function mutatedDatagram(random: Random): Uint8Array {
  let bytes = validDatagram(random);
  for (let changes = random.below(4); changes > 0; changes--) bytes = mutate(bytes, random);
  return bytes;
}

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  switch (random.below(6)) {
    case 0:
      return bytes.subarray(0, random.oneIn(2) ? random.below(bytes.length + 1) : Math.max(0, bytes.length - 1));
    case 1: {
      const longer = new Uint8Array(bytes.length + random.between(1, 16));
      longer.set(bytes);
      return longer;
    }
    case 2:
      if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    case 3:
    case 4: {
      const at = random.pick(FIELDS);
      if (at + 2 <= bytes.length) writeUint16(bytes, at, random.pick(BOUNDARIES));
      return bytes;
    }
    default:
      return splice(bytes, validDatagram(random), random);
  }
}

/** The head of one message and the tail of another. */
function splice(head: Uint8Array, tail: Uint8Array, random: Random): Uint8Array {
  const cut = random.below(head.length + 1);
  const rest = tail.subarray(random.below(tail.length + 1));
  const bytes = new Uint8Array(cut + rest.length);
  bytes.set(head.subarray(0, cut));
  bytes.set(rest, cut);
  return bytes;
}
