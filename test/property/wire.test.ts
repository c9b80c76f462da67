import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeDatagram } from "../../src/core/wire/datagram/decode.ts";
import { encodeMessage, idsPerMessage, splitIds, writeResponseHeader } from "../../src/core/wire/datagram/encode.ts";
import { encodeReportResponse } from "../../src/core/wire/datagram/report-dialect.ts";
import { idLists, listMessages, queries } from "./support/messages.ts";

const dialects = fc.constantFrom("canonical", "report");

test("what was encoded is decoded to the same: lists, in both dialects", () => {
  fc.assert(
    fc.property(listMessages, dialects, (message, dialect) => {
      expect(decodeDatagram(encodeMessage(message, dialect))).toEqual(message);
    }),
    { numRuns: 500 },
  );
});

test("what was encoded is decoded to the same: canonical Queries, whatever is in them", () => {
  fc.assert(
    fc.property(queries, (query) => {
      expect(decodeDatagram(encodeMessage(query, "canonical"))).toEqual(query);
    }),
    { numRuns: 500 },
  );
});

test("what was encoded is decoded to the same: the report's Queries", () => {
  fc.assert(
    fc.property(queries, (query) => {
      const bytes = encodeMessage(query, "report");
      // Bytes 10 and 11 are digits, dots or NULs of the address: as a count they are 0 or some 12,000 and up, so a
      // Query of the report with no more ids than a message holds is never as long as a canonical one.
      fc.pre(query.ids.length <= idsPerMessage("report"));
      expect(decodeDatagram(bytes)).toEqual(query);
    }),
    { numRuns: 500 },
  );
});

test("what was encoded is decoded to the same: canonical Responses, with anything behind them", () => {
  fc.assert(
    fc.property(fc.nat(0xffff), fc.uint8Array({ maxLength: 1500 }), fc.nat(40), (id, chunk, extraBytes) => {
      const bytes = new Uint8Array(6 + chunk.length + extraBytes);
      fc.pre(bytes.length !== 1128);
      writeResponseHeader(bytes, id, chunk.length);
      bytes.set(chunk, 6);
      expect(decodeDatagram(bytes)).toEqual({ type: "response", id, offset: 6, sizeBytes: chunk.length });
    }),
    { numRuns: 500 },
  );
});

test("what was encoded is decoded to the same: the report's Responses, by the number in the name", () => {
  const names = fc.tuple(fc.string({ maxLength: 150, unit: "grapheme" }), fc.nat(0xffff));
  fc.assert(
    fc.property(names, fc.uint8Array({ maxLength: 1024 }), ([stem, id], chunk) => {
      const bytes = encodeReportResponse(`${stem}_${id}.m4s`, chunk);
      expect(decodeDatagram(bytes)).toEqual({
        type: "report-response",
        nameNumber: id,
        offset: 104,
        sizeBytes: chunk.length,
      });
      expect(bytes.subarray(104, 104 + chunk.length)).toEqual(chunk);
    }),
    { numRuns: 500 },
  );
});

test("any bytes at all are a message or a reason, with no more ids than there is room for", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 6 }), (bytes, type) => {
      if (bytes.length > 1) bytes.set([0, type]);
      const message = decodeDatagram(bytes);
      if ("ids" in message) expect(4 + 2 * message.ids.length).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 5000 },
  );
});

test("a list cut into runs is the list again, in its order, and no run is longer than allowed", () => {
  fc.assert(
    fc.property(idLists, fc.integer({ min: 1, max: 600 }), (ids, max) => {
      const runs = splitIds(ids, max);
      expect(runs.flat()).toEqual(ids);
      expect(Math.max(...runs.map(({ length }) => length))).toBeLessThanOrEqual(max);
    }),
    { numRuns: 300 },
  );
});
