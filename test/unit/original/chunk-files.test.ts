import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SHELLS } from "../../../src/core/limits.ts";
import { ChunkFiles } from "../../../src/original/chunk-files.ts";
import { chunkOf } from "../support/fake-target.ts";
import { tempFolder } from "../support/temp-folder.ts";

test("each chunk is a file of its own, named by its id and not by its place", async () => {
  const folder = tempFolder();
  const sink = new ChunkFiles(folder);
  sink.take(0, 9, chunkOf("nine"));
  sink.take(1, 65_535, chunkOf(""));
  await sink.finish();
  expect(readdirSync(folder).sort()).toEqual(["chunk_65535.m4s", "chunk_9.m4s"]);
  expect(readFileSync(join(folder, "chunk_9.m4s"), "latin1")).toBe("nine");
});

test("a file of before is written over", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "chunk_1.m4s"), "a longer one from before");
  const sink = new ChunkFiles(folder);
  sink.take(0, 1, chunkOf("new"));
  await sink.finish();
  expect(readFileSync(join(folder, "chunk_1.m4s"), "latin1")).toBe("new");
});

test("one that cannot be written fails the sink", async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "chunk_1.m4s"));
  chmodSync(folder, 0o755);
  const sink = new ChunkFiles(folder);
  sink.take(0, 1, chunkOf("a"));
  await expect(sink.finish()).rejects.toThrow(/EISDIR/);
});

test("with too much in memory nothing more is asked for until half of it is on the disk", async () => {
  const sink = new ChunkFiles(tempFolder());
  const limits: number[] = [];
  sink.onLimit = () => limits.push(sink.limit);
  const chunk = new Uint8Array(65_000);
  for (let id = 0; id <= SHELLS.maxSinkWaitingBytes / chunk.length; id++) sink.take(id, id, chunk);
  expect([sink.limit, limits]).toEqual([0, [0]]);
  await sink.finish();
  expect([sink.limit, limits]).toEqual([Infinity, [0, Infinity]]);
});
