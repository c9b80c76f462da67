import * as fc from "fast-check";
import { addressOf } from "../../../src/core/wire/address.ts";
import type { ListMessage, Query } from "../../../src/core/wire/datagram/message.ts";

const uint16 = fc.nat(0xffff);

/** Lists of ids, now and then as long as a datagram can carry. */
export const idLists: fc.Arbitrary<number[]> = fc.oneof(
  { weight: 20, arbitrary: fc.array(uint16, { maxLength: 40 }) },
  { weight: 1, arbitrary: fc.array(uint16, { minLength: 490, maxLength: 1200, size: "max" }) },
);

/** Hellos, ChunkInfos and Gets. */
export const listMessages: fc.Arbitrary<ListMessage> = fc.record({
  type: fc.constantFrom("hello", "chunk-info", "get"),
  ids: idLists,
});

/** Queries for any address, TTL and list. */
export const queries: fc.Arbitrary<Query> = fc
  .record({ ip: fc.nat(0xffffffff), port: uint16, ttlHops: uint16, ids: idLists })
  .map(({ ip, port, ttlHops, ids }) => ({ type: "query", client: addressOf(ip, port), ttlHops, ids }));
