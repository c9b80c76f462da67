import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FilePath } from "../../src/store/disk.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";
import { type Fault, type Faults, FaultyDisk, noFaults } from "../unit/support/faulty-disk.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { nodeOnDisk } from "./support/node-on-disk.ts";
import { addFile, bytesOf, fetched, type TestNode, testNode } from "./support/running-node.ts";

const MIB = 1_048_576;
const CHUNKS = 12;

/** A video that a node shares, and its bytes. */
interface Film {
  readonly id: Uint8Array;
  readonly content: Uint8Array;
}

async function share({ library }: TestNode, bytes: number, seed: number): Promise<Film> {
  const content = someBytes(bytes, seed);
  const path = join(tempFolder(), `film ${seed}.bin`);
  writeFileSync(path, content);
  return { id: await addFile(library, path), content };
}

/** One holder of two films, and a node on a disk with faults, which shares one of its own. */
async function setUp(): Promise<{
  holder: TestNode;
  client: TestNode;
  disk: FaultyDisk;
  film: Film;
  other: Film;
  own: Film;
}> {
  const holder = await testNode();
  const film = await share(holder, CHUNKS * MIB, 1);
  const other = await share(holder, 3 * MIB + 5, 2);
  const disk = new FaultyDisk(nodeDisk);
  const client = await nodeOnDisk(disk, { join: [holder.address] });
  const own = await share(client, 2 * MIB + 7, 3);
  return { holder, client, disk, film, other, own };
}

const isContentOf = (path: FilePath, { id }: Film): boolean =>
  String(path).endsWith(join(Buffer.from(id).toString("hex"), "content"));

/** A fault from the n-th such call on. */
function from(number: number, fault: Fault, isMeant: (call: Parameters<Faults>[0]) => boolean): Faults {
  let calls = 0;
  return (call) => (isMeant(call) && ++calls >= number ? fault : undefined);
}

const expectWhole = async ({ library }: TestNode, { id, content }: Film): Promise<void> =>
  expect(Buffer.compare(await bytesOf(library, id), content)).toBe(0);

/** Another node gets it, from this one alone. */
async function expectServed(sharer: TestNode, film: Film): Promise<void> {
  const guest = await testNode({ join: [sharer.address] });
  expect((await fetched(guest.node, film.id)).outcome).toBe("complete");
  await expectWhole(guest, film);
  await guest.stop();
}

/** What is held of a film: all of it right. @returns how many chunks */
async function soundChunks({ library }: TestNode, { id, content }: Film): Promise<number> {
  const store = await library.open(id);
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    if (!store.held.has(chunk)) continue;
    const bytes = await store.read(chunk * MIB, MIB);
    expect(bytes instanceof Uint8Array && Buffer.compare(bytes, content.subarray(chunk * MIB, (chunk + 1) * MIB))).toBe(
      0,
    );
  }
  const { count } = store.held;
  await store.close();
  expect((await library.get(id))?.held).toBe(count);
  return count;
}

describe("a disk that is full", () => {
  test("in mid-fetch ends the fetch with disk-full, and the same fetch completes when there is room again", async () => {
    const { client, disk, film, other, own } = await setUp();
    // By half: what a full disk does to the write that meets its end.
    disk.faults = from(
      5,
      { kind: "short", code: "ENOSPC" },
      ({ name, path }) => name === "write" && String(path).endsWith("content"),
    );
    const refused = expect.objectContaining({ code: "disk-full", exitCode: 5 });
    await expect(fetched(client.node, film.id)).rejects.toEqual(refused);
    await expect(fetched(client.node, other.id), "nothing else has room either").rejects.toEqual(refused);
    expect(client.node.fetches()).toEqual([]);
    await expectServed(client, own);
    disk.faults = noFaults;
    const held = await soundChunks(client, film);
    expect(held).toBeLessThan(CHUNKS);
    expect((await fetched(client.node, other.id)).outcome).toBe("complete");
    const again = await fetched(client.node, film.id);
    expect(again).toMatchObject({ outcome: "complete", missing: [] });
    expect(again.progress.receivedBytes).toBeLessThanOrEqual((CHUNKS - held) * MIB);
    await expectWhole(client, film);
    await expectWhole(client, other);
    await expectServed(client, film);
  });

  test("before anything came ends the fetch with disk-full, and leaves nothing of it", async () => {
    const { client, disk, film, own } = await setUp();
    const before = readdirSync(join(client.folder, "videos"));
    disk.faults = ({ isChange, name, path }) =>
      isChange && name !== "remove" && String(path).includes("videos") ? { kind: "error", code: "ENOSPC" } : undefined;
    await expect(fetched(client.node, film.id)).rejects.toMatchObject({ code: "disk-full", exitCode: 5 });
    expect(await client.library.get(film.id)).toBeUndefined();
    expect(readdirSync(join(client.folder, "videos"))).toEqual(before);
    await expectServed(client, own);
    disk.faults = noFaults;
    expect((await fetched(client.node, film.id)).outcome).toBe("complete");
    await expectWhole(client, film);
  });

  test("for one video hinders no other that is fetched at the same time", async () => {
    const { client, disk, film, other } = await setUp();
    disk.faults = from(
      3,
      { kind: "short", code: "ENOSPC" },
      ({ name, path }) => name === "write" && isContentOf(path, film),
    );
    const [full, whole] = await Promise.allSettled([fetched(client.node, film.id), fetched(client.node, other.id)]);
    expect(full).toMatchObject({ status: "rejected", reason: { code: "disk-full" } });
    expect(whole).toMatchObject({ status: "fulfilled", value: { outcome: "complete" } });
    await expectWhole(client, other);
  });
});

describe("a disk that could not make sure of what was written", () => {
  test("ends the fetch with disk-failed, holds nothing that hung on that sync, and lets the node live on", async () => {
    const { client, disk, film, other, own } = await setUp();
    let [writes, syncs] = [0, 0];
    disk.faults = ({ name, path }) => {
      if (!isContentOf(path, film)) return undefined;
      if (name === "write") writes++;
      // The second one: what the first made sure of stays. It is done, and fails all the same: nobody can know.
      return name === "sync" && ++syncs === 2 ? { kind: "late", code: "EIO" } : undefined;
    };
    const first = client.node.fetch({ id: film.id });
    await expect(first.done).rejects.toMatchObject({ code: "disk-failed", exitCode: 5 });
    expect(syncs, "no sync is tried again").toBe(2);
    const held = await soundChunks(client, film);
    expect(held, "what the first sync made sure of").toBeGreaterThan(0);
    expect(held).toBeLessThan(writes);
    await expectServed(client, own);
    expect((await fetched(client.node, other.id)).outcome).toBe("complete");
    await expectWhole(client, other);
    disk.faults = noFaults;
    const again = await fetched(client.node, film.id);
    expect(again).toMatchObject({ outcome: "complete", missing: [] });
    expect(again.progress.receivedBytes, "what was not made sure of came once more").toBe((CHUNKS - held) * MIB);
    await expectWhole(client, film);
  });

  test("takes nothing more of that video while somebody has it open, serves what was held, and takes all when it is opened again", async () => {
    const { holder, client, disk, film } = await setUp();
    const [due, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let syncs = 0;
    disk.faults = async ({ name, path }) => {
      if (name !== "sync" || !isContentOf(path, film) || ++syncs !== 2) return undefined;
      due.resolve();
      await opened.promise;
      return { kind: "late", code: "EIO" };
    };
    const failed = expect(fetched(client.node, film.id)).rejects.toMatchObject({ code: "disk-failed" });
    await due.promise;
    const reader = await client.library.open(film.id);
    opened.resolve();
    await failed;
    await expect(fetched(client.node, film.id)).rejects.toMatchObject({ code: "disk-failed" });
    const held = reader.held.count;
    const chunk = Array.from({ length: CHUNKS }, (_, at) => at).find((at) => reader.held.has(at)) as number;
    expect(await reader.read(chunk * MIB, 1)).toEqual(film.content.slice(chunk * MIB, chunk * MIB + 1));
    await reader.close();
    expect(await soundChunks(client, film)).toBe(held);
    await client.stop();
    const again = await testNode({ join: [holder.address] }, client.folder);
    expect((await fetched(again.node, film.id)).outcome).toBe("complete");
    await expectWhole(again, film);
  });
});
