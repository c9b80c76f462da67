import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseIp } from "../../../src/core/wire/address.ts";
import { ChunkLog } from "../../../src/original/chunk-log.ts";
import { at, local } from "../support/addresses.ts";
import { tempFolder } from "../support/temp-folder.ts";

const LOOPBACK = parseIp("127.0.0.1") as number;

test("one line a chunk in order of arrival, and 0.0.0.0:0 for what did not come", async () => {
  const folder = tempFolder();
  const log = await ChunkLog.create(folder, LOOPBACK, 5);
  log.arrived(local(5002), 9);
  log.arrived(at("10.0.0.3:40000"), 1);
  log.arrived(local(5002), 3);
  await log.finish([4, 5]);
  expect(log.path).toBe(join(folder, "output-127.0.0.1.log"));
  expect(readFileSync(log.path, "latin1")).toBe(
    "127.0.0.1:5002 - 9\n10.0.0.3:40000 - 1\n127.0.0.1:5002 - 3\n0.0.0.0:0 - 4\n0.0.0.0:0 - 5\n",
  );
});

test("its space is taken at the start, so that a disk filled by chunks still has a place for it", async () => {
  const log = await ChunkLog.create(tempFolder(), LOOPBACK, 1000);
  const longest = "255.255.255.255:65535 - 65535\n".length;
  expect(statSync(log.path).size).toBe(1000 * longest);
  await log.finish([]);
  expect(statSync(log.path).size).toBe(0);
});

test("60,000 lines of the longest kind are all there", async () => {
  const log = await ChunkLog.create(tempFolder(), LOOPBACK, 60_000);
  for (let id = 0; id < 60_000; id++) log.arrived(at("223.255.255.255:65535"), id);
  await log.finish([]);
  const lines = readFileSync(log.path, "latin1").split("\n");
  expect(lines).toHaveLength(60_001);
  expect([lines[0], lines[59_999]]).toEqual(["223.255.255.255:65535 - 0", "223.255.255.255:65535 - 59999"]);
});

test("a log of before is written over", async () => {
  const folder = tempFolder();
  for (const id of [1, 2]) {
    const log = await ChunkLog.create(folder, LOOPBACK, 1);
    log.arrived(local(5001), id);
    await log.finish([]);
  }
  expect(readFileSync(join(folder, "output-127.0.0.1.log"), "latin1")).toBe("127.0.0.1:5001 - 2\n");
});

test("a folder that is not there is an error", async () => {
  await expect(ChunkLog.create(join(tempFolder(), "none"), LOOPBACK, 1)).rejects.toThrow(/ENOENT/);
});
