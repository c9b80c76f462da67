import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChunkStore } from "../../src/store/chunk-store.ts";
import { exportFile, streamBytes } from "../../src/store/export-file.ts";
import { MemoryChunkStore } from "../../src/store/memory-chunk-store.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";
import { FaultyDisk } from "../unit/support/faulty-disk.ts";
import { type MadeVideo, madeVideo } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { pause } from "./support/waiting.ts";

const VIDEO = madeVideo(6_000_000);

const storeOf = (video: MadeVideo = VIDEO): MemoryChunkStore =>
  new MemoryChunkStore(video.manifest, new Map([...Array(6).keys()].map((chunk) => [chunk, video.chunk(chunk)])));

/** Begins an export that stops at its first bytes until it is told to go on. */
function slowExport(path: string, force = false): { begun: Promise<void>; goOn: () => void; ended: Promise<void> } {
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const disk = new FaultyDisk(nodeDisk, async ({ name }) => {
    if (name !== "sync") return undefined;
    begun.resolve();
    await held.promise;
    return undefined;
  });
  return { begun: begun.promise, goOn: held.resolve, ended: exportFile(disk, storeOf(), path, { force }) };
}

const isWhole = (path: string): boolean => Buffer.compare(readFileSync(path), VIDEO.content) === 0;

describe("exporting", () => {
  for (const force of [false, true])
    test(`to where an export is under way is refused, and that one goes on (force: ${force})`, async () => {
      const folder = tempFolder();
      symlinkSync(folder, `${folder}-link`);
      const path = join(folder, "film.mp4");
      const first = slowExport(path);
      await first.begun;
      for (const same of [path, join(`${folder}-link`, "film.mp4")])
        await expect(exportFile(nodeDisk, storeOf(), same, { force })).rejects.toMatchObject({
          code: "file-in-use",
          exitCode: 5,
          message: expect.stringMatching(/film\.mp4 is being written just now/),
        });
      first.goOn();
      await first.ended;
      expect(readdirSync(folder)).toEqual(["film.mp4"]);
      expect(isWhole(path)).toBe(true);
      await exportFile(nodeDisk, storeOf(), path, { force: true });
      await nodeDisk.remove(`${folder}-link`);
    });

  test("one after the other was stopped is not refused", async () => {
    const path = join(tempFolder(), "film.mp4");
    const stopped = exportFile(nodeDisk, storeOf(), path, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(/abort/);
    await exportFile(nodeDisk, storeOf(), path, {});
    expect(isWhole(path)).toBe(true);
  });

  for (const force of [false, true])
    test(`${force ? "takes" : "does not take"} the place of what appeared meanwhile (force: ${force})`, async () => {
      const folder = tempFolder();
      const path = join(folder, "film.mp4");
      const exporting = slowExport(path, force);
      await exporting.begun;
      writeFileSync(path, "somebody else's");
      exporting.goOn();
      if (force) await exporting.ended;
      else await expect(exporting.ended).rejects.toMatchObject({ code: "file-exists" });
      expect(isWhole(path)).toBe(force);
      expect(readdirSync(folder)).toEqual(["film.mp4"]);
    });
});

test("a reader that stops early leaves nothing reading", async () => {
  let under = 0;
  const store = storeOf();
  const read: ChunkStore["read"] = async (position, bytes) => {
    under++;
    await pause(10 + position / 50_000);
    under--;
    return store.read(position, bytes);
  };
  const slow = { manifest: VIDEO.manifest, read } as ChunkStore;
  for await (const bytes of streamBytes(slow, 0, VIDEO.content.length)) {
    expect([bytes.length, under > 0]).toEqual([1_048_576, true]);
    break;
  }
  expect(under).toBe(0);
});
