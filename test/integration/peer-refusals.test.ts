import { describe, expect } from "vitest";
import { chunkInfo, hello, query, reportQuery } from "./support/messages.ts";
import { test } from "./support/stage.ts";

const SETTLED_MS = 300;

/** A Query names the address that everyone will answer to; these are never one to send to. */
const UNANSWERABLE: readonly [string, string][] = [
  ["no address", "0.0.0.0:4000"],
  ["this network", "0.1.2.3:4000"],
  ["broadcast", "255.255.255.255:4000"],
  ["multicast", "224.0.0.1:4000"],
  ["the reserved block", "240.0.0.1:4000"],
  ["port 0", "127.0.0.1:0"],
  // One for documentation (RFC 5737): should this ever break, nobody is bothered. The blocks' edges are unit tests.
  ["a public address", "203.0.113.8:4000"],
];

describe.concurrent("a live peer refuses", () => {
  test("to answer or pass on a question on behalf of anything but one host of the site", async ({ stage }) => {
    const [from, to] = [await stage.probe(), await stage.probe()];
    const peer = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }), to.address, "--log-level", "debug");
    for (const [, address] of UNANSWERABLE) {
      await from.send(query(address, 3, 1), peer.address);
      await from.send(reportQuery(address, 3, 1), peer.address);
    }
    expect(await to.gather(SETTLED_MS), "nothing passed on").toEqual([]);
    // What is sent is logged at this level: so nothing left for where no probe can listen.
    expect(peer.process.stderr).not.toContain('"msg":"sent');
    const client = await stage.probe();
    await from.send(query(client.address, 3, 1), peer.address);
    expect((await client.next()).hex, "a good question still is").toBe(chunkInfo(1).toString("hex"));
    expect((await to.next()).hex).toBe(query(client.address, 2, 1).toString("hex"));
    const { stderr } = await peer.process.stop();
    expect(stderr).toContain(`"unanswerable":${2 * UNANSWERABLE.length}`);
  });

  test("to answer itself, when a question names it", async ({ stage }) => {
    const [from, to] = [await stage.probe(), await stage.probe()];
    const peer = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }), to.address);
    await from.send(query(peer.address, 3, 1), peer.address);
    expect(await to.gather(SETTLED_MS)).toEqual([]);
    const { stderr } = await peer.process.stop();
    expect(stderr).toContain('"unexpected":0');
    expect(stderr).toContain('"unanswerable":1');
  });

  test("to answer more than 256 questions at once and 200 a second on behalf of one address", async ({ stage }) => {
    const [client, other] = [await stage.probe(), await stage.probe(0, "127.0.0.1")];
    const peer = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }));
    const startedAtMs = performance.now();
    for (let id = 2; id < 1002; id++) await client.send(hello(1, id), peer.address);
    await other.send(hello(1), peer.address);
    expect((await other.next()).hex, "another address is answered all the same").toBe(chunkInfo(1).toString("hex"));
    const answers = await client.gather(SETTLED_MS);
    const seconds = (performance.now() - startedAtMs) / 1000;
    expect(answers.length).toBeGreaterThanOrEqual(256);
    expect(answers.length).toBeLessThanOrEqual(256 + 200 * seconds + 1);
  });
});
