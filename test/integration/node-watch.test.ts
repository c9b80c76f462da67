import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { VideoReader } from "../../src/node/watch-types.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { addFile, fetched, testNode } from "./support/running-node.ts";

const MIB = 1_048_576;

/** A file of a test, with bytes of its own. */
function madeFile(bytes: number): { path: string; content: Buffer } {
  const path = join(tempFolder(), "film.bin");
  const content = Buffer.from(someBytes(bytes, 1));
  writeFileSync(path, content);
  return { path, content };
}

/** What a reader gives of a range. */
async function readAll(reader: VideoReader, start: number, end: number, signal?: AbortSignal): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.read(start, end, signal)) {
    expect(piece.length).toBeLessThanOrEqual(MIB);
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces);
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe("watching what is not here", () => {
  test.for([1, 16_384, 100_000, MIB + 1, 5 * MIB + 70_007])("of %i bytes reads them all", async (bytes) => {
    const { path, content } = madeFile(bytes);
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const client = await testNode({ join: [holder.address] });
    const viewing = await client.node.watch({ id });
    expect(viewing.manifest.geometry.bytes).toBe(bytes);
    expect(Buffer.compare(await readAll(viewing.reader(), 0, bytes), content)).toBe(0);
    await viewing.close();
  });

  test("a piece stays as it is until the second one after it is asked for", async () => {
    const { path, content } = madeFile(12 * MIB + 5);
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const viewing = await holder.node.watch({ id });
    let last: { readonly at: number; readonly piece: Uint8Array } | undefined;
    let at = 0;
    for await (const piece of viewing.reader().read(0, content.length)) {
      if (last !== undefined)
        expect(Buffer.compare(last.piece, content.subarray(last.at, last.at + last.piece.length))).toBe(0);
      last = { at, piece };
      at += piece.length;
    }
    expect(at).toBe(content.length);
    await viewing.close();
  });

  test("reads any place, and fetches little more than that", async () => {
    const { path, content } = madeFile(64 * MIB);
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const client = await testNode({ join: [holder.address] });
    const viewing = await client.node.watch({ id });
    const reader = viewing.reader();
    for (const start of [60 * MIB + 12_345, 0, 33 * MIB - 1, 17 * MIB + 5, 64 * MIB - 10])
      expect(
        Buffer.compare(await readAll(reader, start, start + 70_000), content.subarray(start, start + 70_000)),
      ).toBe(0);
    expect(viewing.progress()?.receivedBytes).toBeLessThan(2 * MIB);
    await viewing.close();
  });

  test("goes on ahead of one that plays, no further than its rate asks, and takes a seek's old wishes back", async () => {
    const { path, content } = madeFile(96 * MIB);
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const client = await testNode({ join: [holder.address] });
    const viewing = await client.node.watch({ id });
    // 30 s ahead are 8 MiB, once it has read 4.
    const reader = viewing.reader({ bytesPerSecond: MIB / 4 });
    expect(Buffer.compare(await readAll(reader, 0, 5 * MIB), content.subarray(0, 5 * MIB))).toBe(0);
    await until(() => (viewing.progress()?.heldChunks ?? 0) >= 12);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(viewing.progress()?.receivedBytes).toBeLessThanOrEqual(15 * MIB);
    expect(Buffer.compare(await readAll(reader, 80 * MIB, 85 * MIB), content.subarray(80 * MIB, 85 * MIB))).toBe(0);
    await until(() => (viewing.progress()?.heldChunks ?? 0) >= 24);
    const held = viewing.manifest.geometry.chunks;
    expect(held).toBe(96);
    await viewing.close();
    expect((await client.library.get(id))?.held).toBeLessThanOrEqual(30);
  });
});

describe("watching beside others", () => {
  test("of a video that is here touches no network, and of half of one only for the other half", async () => {
    const { path, content } = madeFile(20 * MIB);
    const holder = await testNode({ uploadBytesPerSecond: 20 * MIB });
    const id = await addFile(holder.library, path);
    const own = await holder.node.watch({ id });
    expect(Buffer.compare(await readAll(own.reader(), 5, 20 * MIB - 5), content.subarray(5, 20 * MIB - 5))).toBe(0);
    expect(own.progress()).toBeUndefined();
    await own.close();
    const client = await testNode({ join: [holder.address] });
    const fetch = client.node.fetch({ id });
    await until(() => fetch.progress().heldChunks >= 5);
    fetch.stop();
    await fetch.done;
    const held = (await client.library.get(id))?.held ?? 0;
    const viewing = await client.node.watch({ id });
    expect(Buffer.compare(await readAll(viewing.reader(), 0, 20 * MIB), content)).toBe(0);
    await viewing.close();
    await until(() => client.node.fetches().length === 0);
    expect(client.node.status().downloadedBytes).toBeLessThanOrEqual((20 - held + 5 + held) * MIB * 1.05);
  });

  test("two who watch at different places both get their bytes, and one who gets all of it at the same time, too", async () => {
    const { path, content } = madeFile(48 * MIB);
    const holders = await Promise.all([1, 2].map(() => testNode({ uploadBytesPerSecond: 40 * MIB })));
    const ids = await Promise.all(holders.map(({ library }) => addFile(library, path)));
    const id = ids[0] as Uint8Array;
    const client = await testNode({ join: holders.map(({ address }) => address) });
    const viewing = await client.node.watch({ id });
    const whole = fetched(client.node, id);
    const [first, second] = await Promise.all([
      readAll(viewing.reader({ bytesPerSecond: MIB }), 0, 20 * MIB),
      readAll(viewing.reader({ bytesPerSecond: MIB }), 25 * MIB, 48 * MIB),
    ]);
    expect(Buffer.compare(first, content.subarray(0, 20 * MIB))).toBe(0);
    expect(Buffer.compare(second, content.subarray(25 * MIB))).toBe(0);
    expect((await whole).outcome).toBe("complete");
    await viewing.close();
    expect((await client.library.get(id))?.state).toBe("complete");
  });
});

describe("watching when something is wrong", () => {
  test("goes on when a holder dies, and says what is wrong when the last one has", async () => {
    const { path, content } = madeFile(24 * MIB);
    const holders = await Promise.all([1, 2].map(() => testNode({ uploadBytesPerSecond: 8 * MIB })));
    const ids = await Promise.all(holders.map(({ library }) => addFile(library, path)));
    const id = ids[0] as Uint8Array;
    const client = await testNode({ join: holders.map(({ address }) => address) });
    const viewing = await client.node.watch({ id });
    const reader = viewing.reader();
    const read = readAll(reader, 0, 12 * MIB);
    await until(() => (viewing.progress()?.receivedBytes ?? 0) > 3 * MIB);
    await holders[0]?.stop();
    expect(Buffer.compare(await read, content.subarray(0, 12 * MIB))).toBe(0);
    await holders[1]?.stop();
    await expect(readAll(reader, 20 * MIB, 24 * MIB)).rejects.toMatchObject({
      code: expect.stringMatching(/chunks-missing|peer-unreachable/),
    });
    expect(Buffer.compare(await readAll(reader, 0, 5 * MIB), content.subarray(0, 5 * MIB))).toBe(0);
    await viewing.close();
  });

  test("of what nobody has fails, and ends at once when it is not wanted any more", async () => {
    const holder = await testNode();
    const client = await testNode({ join: [holder.address] });
    const id = new Uint8Array(32).fill(7);
    await expect(client.node.watch({ id })).rejects.toMatchObject({ code: "video-unknown", exitCode: 3 });
    const gone = new Error("gone");
    await expect(client.node.watch({ id }, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
  });

  test("ends a read when it is aborted, when another begins, and when the video is closed", async () => {
    const { path } = madeFile(8 * MIB);
    const holder = await testNode({ uploadBytesPerSecond: MIB });
    const id = await addFile(holder.library, path);
    const client = await testNode({ join: [holder.address] });
    const viewing = await client.node.watch({ id });
    const reader = viewing.reader();
    const abort = new AbortController();
    const aborted = expect(readAll(reader, 0, 8 * MIB, abort.signal)).rejects.toThrow("enough");
    await until(() => (viewing.progress()?.receivedBytes ?? 0) > 0);
    abort.abort(new Error("enough"));
    await aborted;
    const replaced = expect(readAll(reader, 0, 8 * MIB)).rejects.toMatchObject({ code: "read-ended" });
    const other = readAll(reader, 7 * MIB, 7 * MIB + 10);
    await replaced;
    expect((await other).length).toBe(10);
    const closed = expect(readAll(reader, 0, 8 * MIB)).rejects.toMatchObject({ code: "read-ended" });
    await viewing.close();
    await closed;
  });
});
