import { mkdirSync, realpathSync } from "node:fs";
import { describe, expect } from "vitest";
import { chunkInfo, get, hello, response } from "./support/messages.ts";
import { OLD_NODE } from "./support/old-node.ts";
import { CARDUME, NODE } from "./support/places.ts";
import { requirement } from "./support/requirement.ts";
import { test } from "./support/stage.ts";

const MISSING = OLD_NODE === undefined ? "a Node older than 24 beside the project's own" : undefined;

describe("a peer started by an older Node", () => {
  test("ends well each time Ctrl-C reaches both it and the launcher, and says so last", async ({
    stage,
    task,
    skip,
  }) => {
    requirement({ task, skip }, MISSING);
    const kv = stage.keyValues("kv", { 1: "one" });
    for (let time = 1; time <= 5; time++) {
      const args = [OLD_NODE as string, CARDUME, "peer", stage.address(5000 + time), kv];
      const peer = stage.start("setsid", args);
      await peer.says(/^neighbours: .*$/m);
      process.kill(-peer.pid, "SIGINT");
      const { code, signal, stderr } = await peer.ended;
      expect({ code, signal }, `time ${time}`).toEqual({ code: 0, signal: null });
      expect(JSON.parse(stderr.trimEnd().split("\n").at(-1) as string)).toMatchObject({ msg: "peer stopped" });
    }
  });
});

describe.concurrent("a peer", () => {
  test("whose log cannot be written goes on answering", async ({ stage }) => {
    const kv = stage.keyValues("kv", { 1: "one" });
    const words = [NODE, CARDUME, "peer", stage.address(5001), kv, "--log-level", "debug"];
    const peer = stage.start("bash", ["-c", 'exec "$@" 2> /dev/full', "bash", ...words]);
    await peer.says(/^neighbours: .*$/m);
    for (let time = 0; time < 20; time++) {
      const client = await stage.probe(); // a new one: the same question of the same client is answered once
      await client.send(hello(1), stage.address(5001));
      expect((await client.next()).hex).toBe(chunkInfo(1).toString("hex"));
      await client.send(get(1), stage.address(5001));
      expect((await client.next()).hex).toBe(response(1, Buffer.from("one")).toString("hex"));
    }
    expect(peer.isOver).toBe(false);
    expect((await peer.stop()).signal).toBe(null);
  });

  test("started in the wrong folder says so in four lines, and names the folder", async ({ stage }) => {
    const chunks = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [index + 1, `chunk ${index + 1}`]));
    stage.keyValues("kv", chunks);
    mkdirSync(stage.path("elsewhere"));
    const args = ["peer", stage.address(5001), "../kv", "--log-level", "warn"];
    const peer = stage.cardume(args, { cwd: stage.path("elsewhere") });
    await peer.says(/^holds 0 chunks$/m);
    const { code, stderr } = await peer.stop();
    expect(code).toBe(0);
    const lines = stderr.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(4);
    const { msg } = JSON.parse(lines.at(-1) as string) as { msg: string };
    expect(msg).toContain("60 of 60 chunks");
    expect(msg).toContain(realpathSync(stage.path("elsewhere")));
  });

  test("with thousands of scattered ids tells of them in a short line", async ({ stage }) => {
    stage.write("film", "some film");
    const ids = Array.from({ length: 5000 }, (_, index) => 2 * index + 1);
    stage.write("kv", ids.map((id) => `${id}: film#bytes=0-3`).join("\n"));
    const { process } = await stage.peer(5001, "kv");
    const [line] = /^holds .*$/m.exec(process.stdout) as RegExpExecArray;
    expect(line).toContain("5000 chunks: 1,3,5,");
    expect(line).toContain("9999");
    expect(line.length).toBeLessThan(200);
  });
});
