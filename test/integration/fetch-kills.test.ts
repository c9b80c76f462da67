import { closeSync, openSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test as plainTest } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { fetchInChild } from "./support/fetch-child-run.ts";
import { heldOutside } from "./support/held-outside.ts";
import { digestOf, jsonLines } from "./support/library-cli.ts";
import type { Running } from "./support/running.ts";
import { addFile, bytesOf, fetched, type TestNode, testNode } from "./support/running-node.ts";
import { type Stage, test } from "./support/stage.ts";
import { strays } from "./support/store-ledger.ts";
import { inFolder } from "./support/store-runs.ts";
import { system } from "./support/system.ts";
import { until } from "./support/waiting.ts";

const MIB = 1_048_576;
const TIMEOUT_MS = 240_000;

/** A node that has a film, which it gives at this rate; 0 for as fast as it can. */
async function holderOf(
  bytes: number,
  bytesPerSecond = 0,
): Promise<TestNode & { id: Uint8Array; content: Uint8Array }> {
  const holder = await testNode({ uploadBytesPerSecond: bytesPerSecond });
  const content = someBytes(bytes, 7);
  const path = join(tempFolder(), "film.bin");
  writeFileSync(path, content);
  return { ...holder, content, id: await addFile(holder.library, path) };
}

/** What is held after a kill, checked against the film's bytes: a library opened anew, which finds nothing to mend. */
async function heldAfterKill(
  folder: string,
  id: Uint8Array,
  content: Uint8Array,
  options: Parameters<typeof testNode>[0],
): Promise<{ held: number[]; node: TestNode }> {
  const node = await testNode(options, folder);
  if ((await node.library.get(id)) === undefined) return { held: [], node };
  const store = await node.library.open(id);
  const held = [];
  for (let chunk = 0; chunk < store.manifest.geometry.chunks; chunk++) {
    if (!store.held.has(chunk)) continue;
    held.push(chunk);
    const right = content.subarray(chunk * MIB, (chunk + 1) * MIB);
    const bytes = await store.read(chunk * MIB, right.length);
    expect(bytes instanceof Uint8Array && Buffer.compare(bytes, right), `chunk ${chunk}`).toBe(0);
  }
  await store.close();
  return { held, node };
}

plainTest(
  "a node killed at any change that its fetch makes loses nothing that was acknowledged, and goes on with the rest",
  async () => {
    const bytes = 3 * MIB + 5;
    const chunks = 4;
    const [problems, resumed] = [[] as unknown[], [] as number[]];
    let next = 1;
    let last = Number.POSITIVE_INFINITY;
    type Holder = Awaited<ReturnType<typeof holderOf>>;
    const killedAt = (change: number, { id, content, address }: Holder): Promise<void> =>
      inFolder(async (folder) => {
        const said = await fetchInChild({ folder, holder: address, id, killAt: change });
        if (said.outcome !== undefined) {
          expect(said.outcome).toBe("complete");
          last = Math.min(last, change);
        }
        const acknowledged = heldOutside(folder, id);
        expect(acknowledged).toEqual(expect.arrayContaining([...said.held]));
        const { held, node } = await heldAfterKill(folder, id, content, { join: [address] });
        expect(held).toEqual(acknowledged);
        resumed.push(held.length);
        const { outcome, progress } = await fetched(node.node, id);
        expect(outcome).toBe("complete");
        const missing = chunks - held.length;
        expect(progress.receivedBytes, "of what was held nothing comes again").toBeLessThanOrEqual(missing * MIB);
        expect(Buffer.compare(await bytesOf(node.library, id), content)).toBe(0);
        await node.stop();
        expect(strays(folder).filter((name) => name !== "known-peers.json")).toEqual([]);
      }).catch((error: unknown) => void problems.push(new Error(`killed at change ${change}`, { cause: error })));
    const work = async (): Promise<void> => {
      // So slowly that most chunks are made sure of one by one; its own, as two that fetch from one holder find each other,
      // and one that leaves takes with it what it was asked for.
      const holder = await holderOf(bytes, 6 * MIB);
      while (next < last) await killedAt(next++, holder);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    expect(problems).toEqual([]);
    console.log(`killed at each of ${last - 1} changes; held then: ${resumed.sort((a, b) => a - b).join(" ")}`);
    expect(last, "changes of a fetch").toBeGreaterThan(20);
    expect(new Set(resumed).size, "kills between acknowledgements").toBeGreaterThan(2);
  },
  TIMEOUT_MS,
);

/** Loopback alone, and nobody but whom it is told of. */
const QUIET = { CARDUME_LISTEN: "127.0.0.1:0", CARDUME_MDNS: "no", CARDUME_NAT: "no" };

/** `cardume get` of a film in this stage's library. */
function startGet(stage: Stage, id: Uint8Array, holder: string, stdout: "pipe" | number, ...more: string[]): Running {
  const env = { ...QUIET, CARDUME_DATA: stage.path("data") };
  return stage.cardume(["get", toBase32(id), "--join", holder, ...more], { env, stdout });
}

test("a get killed again and again in mid-fetch goes on from what was acknowledged, and the file is bit-exact", {
  timeout: TIMEOUT_MS,
}, async ({ stage }) => {
  const chunks = 24;
  const { id, content, address } = await holderOf(chunks * MIB - 3, 8 * MIB);
  const data = stage.path("data");
  let acknowledged: number[] = [];
  // By what has been acknowledged when it is killed; 0: as soon as there is a catalogue at all.
  for (const heldChunks of [0, 1, 6, 12, 20]) {
    const get = startGet(stage, id, address, "pipe");
    const before = acknowledged;
    await until(`${heldChunks} chunks are held`, () => {
      if (get.isOver) throw new Error(`it ended: ${get.stderr}`);
      acknowledged = heldOutside(data, id);
      return acknowledged.length >= heldChunks && (heldChunks > 0 || stage.list().includes("data"));
    });
    get.kill("SIGKILL");
    expect((await get.ended).signal).toBe("SIGKILL");
    expect(acknowledged, "what the last one left").toEqual(expect.arrayContaining(before));
    const { held, node } = await heldAfterKill(data, id, content, {});
    await node.stop();
    expect(held).toEqual(expect.arrayContaining(acknowledged));
    acknowledged = held;
  }
  expect(acknowledged.length, "there is something left to fetch").toBeLessThan(chunks);
  const last = await startGet(stage, id, address, "pipe", "--json", "-o", "film.bin").ended;
  expect(last.code, last.stderr).toBe(0);
  expect(digestOf(stage.readBytes("film.bin"))).toBe(digestOf(content));
  const [told] = jsonLines(last);
  expect(told).toMatchObject({ outcome: "complete", missing: [] });
  expect(told?.["receivedBytes"]).toBeLessThanOrEqual((chunks - acknowledged.length) * MIB);
  expect(told?.["receivedBytes"]).toBeGreaterThan((chunks - acknowledged.length - 1) * MIB);
});

test("a get killed while it writes what came to a reader has lost nothing: the next one asks nobody", async ({
  stage,
}) => {
  const chunks = 5;
  const { id, content, address, node } = await holderOf(chunks * MIB);
  system("mkfifo", stage.path("pipe"));
  // Both ends are open, and nobody reads.
  const pipe = openSync(stage.path("pipe"), "r+");
  onTestFinished(() => closeSync(pipe));
  const get = startGet(stage, id, address, pipe, "-o", "-");
  await until("all is held", () => heldOutside(stage.path("data"), id).length === chunks);
  expect(get.isOver).toBe(false);
  get.kill("SIGKILL");
  await get.ended;
  const sentBytes = node.status().uploadedBytes;
  const again = await startGet(stage, id, address, "pipe", "-o", "-").ended;
  expect(again.code, again.stderr).toBe(0);
  expect(digestOf(again.stdoutBytes)).toBe(digestOf(content));
  expect(node.status().uploadedBytes).toBe(sentBytes);
});
