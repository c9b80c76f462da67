import { rmSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { chunkInfo, get, hello, response } from "./support/messages.ts";
import { test } from "./support/stage.ts";

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
