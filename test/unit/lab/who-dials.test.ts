import { expect, test } from "vitest";
import { inodeOf } from "../../../lab/emulator/who-dials.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 4 30 10 -1
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 333 1 0 20 4 30 10 -1
   3: 0100007F:C351 0100007F:1F90 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
`;

test("the dialler's end of a connection is found, not the other end and not the listener", () => {
  expect(inodeOf(TABLE, 50_000, 8080)).toBe("333");
  expect(inodeOf(TABLE, 8080, 50_000)).toBe("222");
});

test("what is closing, or not there, has none", () => {
  expect(inodeOf(TABLE, 50_001, 8080)).toBeUndefined();
  expect(inodeOf(TABLE, 50_000, 8081)).toBeUndefined();
  expect(inodeOf("", 50_000, 8080)).toBeUndefined();
});
