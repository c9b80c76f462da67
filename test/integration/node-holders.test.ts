import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Library } from "../../src/store/library.ts";
import { type MadeVideo, madeVideo } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { addFile, bytesOf, fetched, type TestNode, testNode } from "./support/running-node.ts";
import { until } from "./support/waiting.ts";

const MIB = 1_048_576;
const VIDEO = madeVideo(5 * MIB + 300, 11);
const { id } = VIDEO.manifest;

/** Has a library hold these chunks of a video. */
async function hold(
  library: Library,
  { manifest, lastLeaf, chunk }: MadeVideo,
  chunks: readonly number[],
): Promise<void> {
  const store = await library.receive(manifest, lastLeaf);
  for (const one of chunks) await store.write(one, chunk(one));
  await store.close();
}

async function holderOf(chunks: readonly number[], joins: readonly string[] = []): Promise<TestNode> {
  const holder = await testNode({ join: joins });
  await hold(holder.library, VIDEO, chunks);
  return holder;
}

const ALL = [0, 1, 2, 3, 4, 5];

describe("a fetch from holders that have only parts", () => {
  test("puts the parts together", async () => {
    const holders = [await holderOf([0, 1, 5]), await holderOf([2, 3]), await holderOf([3, 4])];
    const client = await testNode({ join: holders.map(({ address }) => address) });
    expect((await fetched(client.node, id)).outcome).toBe("complete");
    expect(Buffer.compare(await bytesOf(client.library, id), VIDEO.content)).toBe(0);
  });

  test("goes on with a holder that is still fetching itself, also while the video is not proven yet", async () => {
    const holder = await holderOf([0]);
    const client = await testNode({ join: [holder.address] });
    const run = client.node.fetch({ id });
    await until("it is asked", () => run.progress().holders.some(({ state }) => state === "serving"));
    for (const chunk of [1, 2, 3, 4, 5]) {
      await hold(holder.library, VIDEO, [chunk]);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(await run.done).toMatchObject({ outcome: "complete" });
  });

  test("ends and says what is missing when nobody has it", async () => {
    const holder = await holderOf([0, 2, 3, 5]);
    const client = await testNode({ join: [holder.address] });
    expect(await fetched(client.node, id)).toMatchObject({ outcome: "missing", missing: [1, 4] });
  });

  test("finds the one who has all behind four who have not", async () => {
    const contact = await testNode();
    const partial = [1, 2, 3, 4].map(() => holderOf([0, 1, 2, 3, 5], [contact.address]));
    const addresses = (await Promise.all(partial)).map(({ address }) => address);
    const seed = await holderOf(ALL, [contact.address]);
    const client = await testNode({ join: addresses });
    const result = await fetched(client.node, id);
    expect(result.outcome).toBe("complete");
    expect(result.progress.holders.map(({ peer }) => peer)).toContain(seed.node.peerId);
  });
});

describe("fetches beside one another", () => {
  test("more than can search at one time all come", async () => {
    const holder = await testNode();
    const folder = tempFolder();
    const ids: Uint8Array[] = [];
    for (let at = 0; at < 30; at++) {
      const path = join(folder, `${at}.bin`);
      writeFileSync(path, madeVideo(1000 + at, at + 1).content);
      ids.push(await addFile(holder.library, path));
    }
    const client = await testNode({ join: [holder.address] });
    const results = await Promise.all(ids.map((one) => fetched(client.node, one)));
    expect(results.map(({ outcome }) => outcome)).toEqual(ids.map(() => "complete"));
  });

  test("one begun when another of the same video was just stopped is a new one", async () => {
    const holder = await holderOf(ALL);
    const client = await testNode({ join: [holder.address] });
    const first = client.node.fetch({ id });
    first.stop();
    const second = client.node.fetch({ id });
    expect(await first.done).toMatchObject({ outcome: "stopped" });
    expect(await second.done).toMatchObject({ outcome: "complete" });
    expect(await fetched(client.node, id)).toMatchObject({ outcome: "complete", progress: { receivedBytes: 0 } });
  });

  test("a file that is added while its video is fetched ends the fetch", async () => {
    const holder = await holderOf([0]);
    const client = await testNode({ join: [holder.address] });
    const run = client.node.fetch({ id });
    await until("it is asked", () => run.progress().holders.some(({ state }) => state === "serving"));
    const path = join(tempFolder(), "film.bin");
    writeFileSync(path, VIDEO.content);
    await addFile(client.library, path);
    await hold(holder.library, VIDEO, ALL);
    expect(await run.done).toMatchObject({ outcome: "complete" });
  });
});
