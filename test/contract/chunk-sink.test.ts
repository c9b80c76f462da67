import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FileTarget } from "../../src/original/byte-targets.ts";
import { ChunkFiles, chunkFileName } from "../../src/original/chunk-files.ts";
import type { ChunkSink } from "../../src/original/chunk-sink.ts";
import { InOrder } from "../../src/original/in-order.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";

/** What every sink must do, whatever it writes to. */
interface Subject {
  readonly sink: ChunkSink;
  /** What was kept, by id: where a sink joins chunks, they are told apart by what is in them. */
  kept(): Map<number, string>;
  /** Makes every write from now on fail. */
  breakIt(): Promise<void>;
}

/** A chunk that says its id and is that long. */
const chunk = (id: number, bytes = 8): Uint8Array => Uint8Array.from(Buffer.from(`[${id}]`.padEnd(bytes, ".")));

const subjects: Record<string, () => Subject> = {
  ChunkFiles: () => {
    const folder = join(tempFolder(), ".");
    return {
      sink: new ChunkFiles(folder),
      kept: () =>
        new Map(
          readdirSync(folder)
            .map((name) => [Number(/\d+/.exec(name)?.[0]), readFileSync(join(folder, name), "latin1")] as const)
            .sort(([one], [other]) => one - other),
        ),
      breakIt: () => rm(folder, { recursive: true }),
    };
  },
  InOrder: () => {
    const folder = tempFolder();
    const file = join(folder, "joined");
    return {
      sink: new InOrder(new FileTarget(file)),
      kept: () =>
        new Map(
          readFileSync(file, "latin1")
            .match(/\[\d+\]\.*/g)
            ?.map((text) => [Number(/\d+/.exec(text)), text]),
        ),
      breakIt: () => rm(folder, { recursive: true }),
    };
  },
};

describe.for(Object.entries(subjects))("%s", ([, make]) => {
  test("keeps what it takes, byte for byte, whatever the order", async () => {
    const { sink, kept } = make();
    for (const place of [2, 0, 3, 1]) sink.take(place, 10 + place, chunk(10 + place, 8 + place));
    await sink.finish();
    expect([...kept()]).toEqual([10, 11, 12, 13].map((id) => [id, Buffer.from(chunk(id, id - 2)).toString()]));
  });

  test("keeps what came when others do not come", async () => {
    const { sink, kept } = make();
    sink.take(3, 13, chunk(13));
    sink.skip(0);
    sink.take(1, 11, chunk(11));
    sink.skip(2);
    await sink.finish();
    expect([...kept().keys()]).toEqual([11, 13]);
  });

  test("keeps what came when the fetch is broken off", async () => {
    const { sink, kept } = make();
    sink.take(7, 17, chunk(17));
    sink.take(4, 14, chunk(14));
    await sink.finish();
    expect([...kept().keys()]).toEqual([14, 17]);
  });

  test("keeps thousands that come at once", async () => {
    const { sink, kept } = make();
    for (let place = 0; place < 2000; place++) sink.take(place, place, chunk(place, 100));
    await sink.finish();
    expect(kept().size).toBe(2000);
  });

  test("lets chunks be asked for at first, and says whenever that changes", async () => {
    const { sink } = make();
    expect(sink.limit).toBeGreaterThan(0);
    let told = sink.limit;
    sink.onLimit = () => {
      told = sink.limit;
    };
    const limits: number[] = [];
    // More than any sink keeps waiting.
    for (let place = 0; place < 300; place++) {
      sink.take(place, place, chunk(place, 65_000));
      limits.push(sink.limit);
    }
    expect(limits.at(-1)).toBeLessThan(300);
    expect(told).toBe(sink.limit);
    await sink.finish();
    expect(sink.limit).toBeGreaterThan(0);
    expect(told).toBeGreaterThan(0);
  });

  test("that cannot write says so once, and finish rejects", async () => {
    const { sink, breakIt } = make();
    await breakIt();
    const errors: Error[] = [];
    const failed = Promise.withResolvers<void>();
    sink.onError = (error) => {
      errors.push(error);
      failed.resolve();
    };
    for (let place = 0; place < 50; place++) sink.take(place, place, chunk(place, 65_000));
    await failed.promise;
    sink.take(50, 50, chunk(50));
    await expect(sink.finish()).rejects.toThrow(/ENOENT/);
    expect(errors).toHaveLength(1);
  });

  test("that took nothing finishes well", async () => {
    const { sink } = make();
    await expect(sink.finish()).resolves.toBeUndefined();
  });
});

test("the assignment's client names its files so", () => {
  expect(chunkFileName(7)).toBe("chunk_7.m4s");
});
