import { describe, expect } from "vitest";
import { ScriptedPeer, scriptedChunk } from "./support/scripted-peer.ts";
import { test } from "./support/stage.ts";
import { until } from "./support/waiting.ts";

describe.concurrent("Ctrl-C", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    test(`(${signal}) in a fetch keeps what came, writes the log and exits 130`, async ({ stage }) => {
      const answer = (id: number): Buffer[] => (id <= 2 ? [Buffer.from(`0005000${id}000141`, "hex")] : []);
      const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3, 4], answer });
      const client = stage.cardume(["client", contact.address, "1-5", "--out", "got", "--json"]);
      await client.says(/"event":"chunk","id":1,/);
      await client.says(/"event":"chunk","id":2,/);
      client.kill(signal);
      const { code, stderr } = await client.ended;
      expect(code).toBe(130);
      expect(stderr).toBe("");
      expect(stage.list("got")).toEqual(["chunk_1.m4s", "chunk_2.m4s", "output-127.0.0.1.log"]);
      const log = stage.read("got/output-127.0.0.1.log").split(/(?<=\n)/);
      expect(new Set(log.slice(0, 2))).toEqual(new Set([`${contact.address} - 1\n`, `${contact.address} - 2\n`]));
      expect(log.slice(2)).toEqual(["0.0.0.0:0 - 3\n", "0.0.0.0:0 - 4\n", "0.0.0.0:0 - 5\n"]);
    });

  test("in a fetch with --join leaves the chunks that came, in their order", async ({ stage }) => {
    const answer = (id: number): Buffer[] =>
      id === 2 ? [] : [Buffer.concat([Buffer.from([0, 5, 0, id, 0, 15]), scriptedChunk(id).subarray(0, 15)])];
    const contact = new ScriptedPeer(await stage.probe(), { holds: [1, 2, 3], answer });
    const client = stage.cardume(["client", contact.address, "1-3", "--join", "film", "--json"]);
    await client.says(/"event":"chunk","id":3,/);
    await client.says(/"event":"chunk","id":1,/);
    client.kill("SIGINT");
    const { code } = await client.ended;
    expect(code).toBe(130);
    expect(stage.read("film")).toBe("scripted chunk scripted chunk ");
  });

  test("before anything has come exits 130 with a log in which all is missing", async ({ stage }) => {
    const contact = await stage.probe();
    const client = stage.cardume(["client", contact.address, "7,8"]);
    await contact.next();
    client.kill("SIGINT");
    const { code } = await client.ended;
    expect(code).toBe(130);
    expect(stage.read("output-127.0.0.1.log")).toBe("0.0.0.0:0 - 7\n0.0.0.0:0 - 8\n");
  });
});

describe.concurrent("a peer", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    test(`stops with exit code 0 on ${signal}, and says what it did`, async ({ stage }) => {
      const { process } = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }));
      process.kill(signal);
      const { code, stderr } = await process.ended;
      expect(code).toBe(0);
      expect(stderr).toContain(`"signal":"${signal}"`);
    });

  test("exits 5 when its port is in use, and says which", async ({ stage }) => {
    const kv = stage.keyValues("kv", { 1: "one" });
    await stage.peer(5001, kv);
    const { code, stdout, stderr } = await stage.run(["peer", stage.address(5001), kv]);
    expect(code).toBe(5);
    expect(stdout).toBe("");
    expect(stderr).toBe(`cardume: ${stage.address(5001)} is in use by another program; choose another port\n`);
  });

  test("exits 5 when the address is not this machine's", async ({ stage }) => {
    const { code, stderr } = await stage.run(["peer", "192.0.2.1:5001", stage.keyValues("kv", { 1: "one" })]);
    expect(code).toBe(5);
    expect(stderr).toBe("cardume: 192.0.2.1:5001 is not an address of this machine\n");
  });

  test("says which chunks it cannot hold, and serves the others", async ({ stage }) => {
    stage.keyValues("kv", { 1: "one", 2: "two" });
    stage.write("large", Buffer.alloc(65_001));
    stage.write("kv", "1: c1\n2: gone\n3: .\n4: large\n5: c2#bytes=0-3\n6: c2#bytes=1-2\n");
    const { process } = await stage.peer(5001, "kv", "--log-level", "warn");
    expect(process.stdout).toContain("holds 2 chunks: 1,6");
    await until("four warnings", () => process.stderr.split("is not advertised").length === 5);
  });
});
