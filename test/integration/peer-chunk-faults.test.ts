import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { describe, expect } from "vitest";
import { childrenOf } from "./support/alive.ts";
import { chunkInfo, get, hello, response } from "./support/messages.ts";
import { CARDUME, NODE } from "./support/places.ts";
import { type Stage, test } from "./support/stage.ts";
import { system } from "./support/system.ts";

interface Fault {
  readonly what: string;
  readonly line?: string;
  readonly spoil: (path: string) => void;
}

const replace = (path: string, by: (path: string) => void): void => {
  rmSync(path);
  by(path);
};

const FAULTS: readonly Fault[] = [
  { what: "vanished", spoil: (path) => rmSync(path) },
  { what: "shrank below its range", line: "1: c1#bytes=0-2", spoil: (path) => truncateSync(path, 2) },
  { what: "shrank to nothing, and is a range", line: "1: c1#bytes=1-2", spoil: (path) => truncateSync(path, 0) },
  { what: "grew beyond a datagram", spoil: (path) => truncateSync(path, 65_001) },
  { what: "became a directory", spoil: (path) => replace(path, (at) => mkdirSync(at)) },
  { what: "became a FIFO", spoil: (path) => replace(path, (at) => system("mkfifo", at)) },
  { what: "became a link to itself", spoil: (path) => replace(path, (at) => symlinkSync(at, at)) },
];

/** A peer of chunks 1, the victim, and 2; nothing has been read yet, so nothing is in its memory. */
async function spoilt(stage: Stage, { line = "1: c1", spoil }: Fault): Promise<ReturnType<Stage["peer"]>> {
  stage.keyValues("kv", { 1: "one", 2: "two" });
  stage.write("kv", `${line}\n2: c2\n`);
  const peer = await stage.peer(5001, "kv");
  spoil(stage.path("c1"));
  return peer;
}

describe.concurrent("a chunk file that", () => {
  for (const fault of FAULTS)
    test(`${fault.what} costs that chunk, not the peer`, async ({ stage }) => {
      const { address, process } = await spoilt(stage, fault);
      const client = await stage.probe();
      await client.send(get(1, 2), address);
      expect((await client.next()).hex).toBe(response(2, Buffer.from("two")).toString("hex"));
      expect(process.stderr).toContain("chunk 1 is not served any more");
      await client.send(hello(1, 2), address);
      expect((await client.next()).hex, "not advertised any more").toBe(chunkInfo(2).toString("hex"));
      expect((await process.stop()).code).toBe(0);
    });

  test("vanished is told in a log that nobody reads any more, and the peer lives", async ({ stage }) => {
    stage.keyValues("kv", { 1: "one", 2: "two" });
    const command = [NODE, CARDUME, "peer", stage.address(5001), "kv"];
    const piped = stage.start("bash", ["-c", '"$@" 2>&1 | head -n 1', "bash", ...command]);
    await piped.says(/is listening/);
    const client = await stage.probe();
    rmSync(stage.path("c1"));
    for (let time = 0; time < 3; time++) {
      await client.send(get(1, 2), stage.address(5001));
      expect((await client.next()).hex).toBe(response(2, Buffer.from("two")).toString("hex"));
    }
    for (const child of childrenOf(piped.pid)) process.kill(child, "SIGTERM");
  });

  test("may not be read costs that chunk, not the peer", async ({ stage, skip }) => {
    skip(process.getuid?.() === 0, "root may read everything");
    const fault = { what: "", spoil: (path: string): void => chmodSync(path, 0) };
    const { address } = await spoilt(stage, fault);
    const client = await stage.probe();
    await client.send(get(1, 2), address);
    expect((await client.next()).hex).toBe(response(2, Buffer.from("two")).toString("hex"));
  });

  test("vanished is had from another holder", async ({ stage }) => {
    const second = stage.keyValues("kv2", { 1: "one" });
    const other = await stage.peer(5002, second);
    stage.keyValues("kv", { 2: "two" });
    stage.write("c1-copy", "one");
    stage.write("kv", "1: c1-copy\n2: c2\n");
    const contact = await stage.peer(5001, "kv", other.address);
    rmSync(stage.path("c1-copy"));
    const { code, stderr } = await stage.run(["client", contact.address, "1,2", "--out", "got"]);
    expect(code, stderr).toBe(0);
    expect(stage.read("got/chunk_1.m4s")).toBe("one");
  });

  test("vanished, with no other holder, is missing at the client in the end, and nothing else is", async ({
    stage,
  }) => {
    const { address } = await spoilt(stage, FAULTS[0] as Fault);
    const { code, ms } = await stage.run(["client", address, "1,2", "--out", "got"]);
    expect(code).toBe(1);
    expect(stage.list("got")).toEqual(["chunk_2.m4s", "output-127.0.0.1.log"]);
    expect(stage.read("got/output-127.0.0.1.log")).toBe(`${address} - 2\n0.0.0.0:0 - 1\n`);
    expect(ms, "a person waits for it no longer than for a silent holder").toBeLessThan(15_000);
  });
});
