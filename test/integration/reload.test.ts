import { closeSync, constants, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { describe, expect } from "vitest";
import { type Address, parseAddress } from "../../src/core/wire/address.ts";
import { type RunningPeer, startPeer } from "../../src/original/peer-process.ts";
import { chunkInfo, get, hello, response } from "./support/messages.ts";
import { type Stage, test } from "./support/stage.ts";
import { system } from "./support/system.ts";
import { until } from "./support/waiting.ts";

describe.concurrent("SIGHUP", () => {
  test("has a peer hold what its key-values file now lists, and nothing else", async ({ stage }) => {
    const kv = stage.keyValues("kv", { 1: "one", 2: "two" });
    const { process, address } = await stage.peer(5001, kv);
    const client = await stage.probe();
    stage.keyValues("kv", { 2: "two again", 3: "three" });
    process.kill("SIGHUP");
    await process.says(/key-values file read again/, "stderr");
    await client.send(hello(1, 2, 3), address);
    expect((await client.next()).hex).toBe(chunkInfo(2, 3).toString("hex"));
    await client.send(get(1, 2, 3), address);
    expect((await client.next()).hex).toBe(response(2, Buffer.from("two again")).toString("hex"));
    expect((await client.next()).hex).toBe(response(3, Buffer.from("three")).toString("hex"));
    expect(await client.gather(100)).toEqual([]);
  });

  const broken: readonly [string, (path: string) => void][] = [
    ["is broken", (path) => writeFileSync(path, "1: c1\nthis is no line\n")],
    ["lists an id twice", (path) => writeFileSync(path, "1: c1\n1: c1\n")],
    ["has gone", (path) => rmSync(path)],
  ];
  for (const [how, spoil] of broken)
    test(`leaves what was held when the file ${how}, and says why`, async ({ stage }) => {
      const { process, address } = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }));
      spoil(stage.path("kv"));
      process.kill("SIGHUP");
      await process.says(/not read again; what was held stays/, "stderr");
      expect(process.stderr).toMatch(/kv, line 2|kv: no such file/);
      const client = await stage.probe();
      await client.send(hello(1), address);
      expect((await client.next()).hex).toBe(chunkInfo(1).toString("hex"));
      await client.send(get(1), address);
      expect((await client.next()).hex).toBe(response(1, Buffer.from("one")).toString("hex"));
      expect((await process.stop()).code).toBe(0);
    });

  test("brings back a chunk whose file had vanished", async ({ stage }) => {
    const { process, address } = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }));
    const client = await stage.probe();
    rmSync(stage.path("c1"));
    await client.send(get(1), address);
    await process.says(/chunk 1 is not served any more/, "stderr");
    stage.write("c1", "one is back");
    process.kill("SIGHUP");
    await process.says(/key-values file read again/, "stderr");
    await client.send(get(1), address);
    expect((await client.next()).hex).toBe(response(1, Buffer.from("one is back")).toString("hex"));
  });

  test("ten times in a row, while the peer serves, costs no answer and no life", async ({ stage }) => {
    const { process, address } = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }));
    const client = await stage.probe();
    for (let time = 0; time < 10; time++) {
      process.kill("SIGHUP");
      await client.send(get(1), address);
      expect((await client.next()).hex).toBe(response(1, Buffer.from("one")).toString("hex"));
    }
    expect((await process.stop()).code).toBe(0);
  });
});

/** A peer within the test's own process. */
async function startHere(stage: Stage, keyValuesFile: string): Promise<RunningPeer> {
  const peer = await startPeer({
    listen: parseAddress(stage.address(5001)) as Address,
    keyValuesFile,
    neighbours: [],
    ttlHops: 3,
    allowPublic: false,
    dialect: "canonical",
    log: { debug: () => {}, warn: () => {} },
  });
  stage.onEnd(() => peer.stop());
  return peer;
}

describe("two readings of a key-values file at once", () => {
  test("leave what the later one read, though the earlier one ends last", async ({ stage }) => {
    stage.write("film", "some film");
    const kv = stage.path("kv");
    writeFileSync(kv, `1: ${stage.path("film")}\n`);
    const peer = await startHere(stage, kv);
    // The earlier one reads a FIFO, and so ends when the test says so.
    rmSync(kv);
    system("mkfifo", kv);
    const earlier = peer.reload();
    let pipe = -1;
    await until("the earlier one is reading", () => {
      try {
        pipe = openSync(kv, constants.O_WRONLY | constants.O_NONBLOCK);
      } catch {
        return false; // nobody reads yet
      }
      return true;
    });
    writeFileSync(`${kv}.new`, `3: ${stage.path("film")}\n`);
    renameSync(`${kv}.new`, kv);
    await peer.reload();
    expect([...peer.holdings]).toEqual([3]);
    writeSync(pipe, `2: ${stage.path("film")}\n`);
    closeSync(pipe);
    await earlier;
    expect([...peer.holdings]).toEqual([3]);
  });
});
