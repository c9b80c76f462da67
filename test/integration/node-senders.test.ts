import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ShoalService } from "../../src/gateway/shoal-service.ts";
import type { ShoalWatch } from "../../src/gateway/shoal-watch.ts";
import type { CardumeNode } from "../../src/node/node-types.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { type Reads, recordedLibrary } from "./support/recorded-library.ts";
import { addFile, fetched, type TestNode, testNode } from "./support/running-node.ts";

const MIB = 1_048_576;
const CHUNKS = 30;

function madeFile(): string {
  const path = join(tempFolder(), "film.bin");
  writeFileSync(path, someBytes(CHUNKS * MIB - 70_001, 5));
  return path;
}

interface Holder {
  readonly node: TestNode;
  /** What it read for others. */
  readonly reads: Reads;
}

/** Three holders of one file, each of the chunks that `holds` says. */
async function three(
  path: string,
  holds: (holder: number, chunk: number) => boolean,
): Promise<{ readonly id: Uint8Array; readonly holders: readonly Holder[] }> {
  const holders: Holder[] = [];
  let id: Uint8Array = new Uint8Array();
  for (const number of [0, 1, 2]) {
    const reads: Reads = new Map();
    const node = await testNode({ name: `holder ${number}` }, tempFolder(), (library) =>
      recordedLibrary(library, reads, (chunk) => holds(number, chunk)),
    );
    id = await addFile(node.library, path);
    holders.push({ node, reads });
  }
  return { id, holders };
}

/** The name of who sent each chunk, as the node says. */
function namesOf(node: CardumeNode, id: Uint8Array): (string | undefined)[] {
  const sent = node.senders(id);
  return Array.from({ length: CHUNKS }, (_, chunk) => {
    const place = sent?.senderOf(chunk);
    return place === undefined ? undefined : sent?.peers[place]?.name;
  });
}

async function watchOf(node: CardumeNode, id: Uint8Array): Promise<ShoalWatch> {
  const shoals = new ShoalService(node);
  onTestFinished(() => shoals.close());
  return (await shoals.use(id, () => {})).watch;
}

describe("who sent each chunk", () => {
  test("is exact where each holder has chunks of its own", async () => {
    const { id, holders } = await three(madeFile(), (holder, chunk) => chunk % 3 === holder);
    const client = await testNode({ join: holders.map(({ node }) => node.address) });
    expect(client.node.senders(id)).toBeUndefined();
    expect((await fetched(client.node, id)).outcome).toBe("complete");
    expect(namesOf(client.node, id)).toEqual(Array.from({ length: CHUNKS }, (_, chunk) => `holder ${chunk % 3}`));
    const watch = await watchOf(client.node, id);
    const { names } = watch.now();
    const runs = watch.all().map(([first, count, sender]) => [first, count, names[sender]]);
    expect(runs).toEqual(Array.from({ length: CHUNKS }, (_, chunk) => [chunk, 1, `holder ${chunk % 3}`]));
  });

  test("agrees with what the holders have read where all have everything and it is watched while it comes", async () => {
    const { id, holders } = await three(madeFile(), () => true);
    const client = await testNode({ join: holders.map(({ node }) => node.address) });
    const viewing = await client.node.watch({ id });
    const fetch = client.node.fetch({ id });
    for await (const piece of viewing.reader().read(8 * MIB, CHUNKS * MIB - 70_001)) expect(piece).toBeDefined();
    expect((await fetch.done).outcome).toBe("complete");
    await viewing.close();
    const names = namesOf(client.node, id);
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      const read = holders.map(({ reads }) => reads.get(chunk) ?? 0);
      const sender = Number(names[chunk]?.slice(-1));
      expect(read[sender], `chunk ${chunk} of ${names[chunk]}, read ${read}`).toBeGreaterThan(0);
      // What was read for one who took it back was not sent; so the others count only where nobody did.
      const all = read.reduce((sum, bytes) => sum + bytes, 0);
      if (all <= MIB) expect(read[sender], `chunk ${chunk}, read ${read}`).toBe(Math.max(...read));
    }
  });

  test("is not known after a restart, and not made up: it is here, and that is all", async () => {
    const { id, holders } = await three(madeFile(), () => true);
    const client = await testNode({ join: holders.map(({ node }) => node.address) });
    expect((await fetched(client.node, id)).outcome).toBe("complete");
    expect(namesOf(client.node, id)).not.toContain(undefined);
    await client.stop();
    const again = await testNode({}, client.folder);
    expect(again.node.senders(id)).toBeUndefined();
    const watch = await watchOf(again.node, id);
    expect(watch.all()).toEqual([[0, CHUNKS, -1]]);
    expect(watch.now().peers).toEqual([]);
  });

  test("goes with the video when it is removed", async () => {
    const { id, holders } = await three(madeFile(), () => true);
    const client = await testNode({ join: holders.map(({ node }) => node.address) });
    await fetched(client.node, id);
    await client.node.remove(id);
    expect(client.node.senders(id)).toBeUndefined();
  });
});

test("each holder's round trip is told while it serves, and before it is known it is not", async () => {
  const { id, holders } = await three(madeFile(), () => true);
  const client = await testNode({ join: holders.map(({ node }) => node.address) });
  const trips: (number | undefined)[] = [];
  const { progress } = await fetched(client.node, id);
  for (const { roundTripMs } of progress.holders) trips.push(roundTripMs);
  expect(trips).toHaveLength(3);
  for (const trip of trips) expect(trip).toBeGreaterThan(0);
  expect(client.node.knownHolders(id).toSorted()).toEqual(holders.map(({ node }) => node.node.peerId).toSorted());
  expect(client.node.knownHolders(new Uint8Array(32))).toEqual([]);
});
