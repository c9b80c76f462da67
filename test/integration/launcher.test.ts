import { cpSync, mkdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { childrenOf, isAlive } from "./support/alive.ts";
import { OLD_NODE } from "./support/old-node.ts";
import { CARDUME, NODE } from "./support/places.ts";
import { requirement } from "./support/requirement.ts";
import { type Stage, test } from "./support/stage.ts";
import { until } from "./support/waiting.ts";

const MISSING = OLD_NODE === undefined ? "a Node older than 24 beside the project's own" : undefined;

async function startOld(stage: Stage): Promise<{ launcher: ReturnType<Stage["start"]>; child: number }> {
  const kv = stage.keyValues("kv", { 1: "one" });
  const launcher = stage.start(OLD_NODE as string, [CARDUME, "peer", stage.address(5001), kv]);
  await launcher.says(/is listening/);
  const [child] = childrenOf(launcher.pid) as [number];
  return { launcher, child };
}

describe.concurrent("the launcher, started by an older Node", () => {
  test("takes the program with it when it is killed with -9", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING);
    const { launcher, child } = await startOld(stage);
    expect(isAlive(child)).toBe(true);
    launcher.kill("SIGKILL");
    await until("the relaunched program has ended too", () => !isAlive(child), 3000);
    await stage.probe(5001); // its port is free again
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const)
    test(`passes ${signal} on, and ends as the program does`, async ({ stage, task, skip }) => {
      requirement({ task, skip }, MISSING);
      const { launcher, child } = await startOld(stage);
      launcher.kill(signal);
      const { code, stderr } = await launcher.ended;
      expect(code).toBe(0);
      expect(stderr).toContain(`"signal":"${signal}"`);
      expect(isAlive(child)).toBe(false);
    });

  test("exits 130 when a terminal's Ctrl-C reaches both it and the program", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING);
    const contact = await stage.probe();
    // setsid makes it the leader of a process group, as a shell does.
    const client = stage.start("setsid", [OLD_NODE as string, CARDUME, "client", contact.address, "1"]);
    await contact.next();
    process.kill(-client.pid, "SIGINT");
    expect(await client.ended).toMatchObject({ code: 130, signal: null });
    expect(stage.read("output-127.0.0.1.log")).toBe("0.0.0.0:0 - 1\n");
  });

  test("passes SIGHUP on, and lives", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING);
    const { launcher } = await startOld(stage);
    launcher.kill("SIGHUP");
    await launcher.says(/key-values file read again/, "stderr");
  });

  test("passes exit codes on", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING);
    const wrong = await stage.start(OLD_NODE as string, [CARDUME, "peer"]).ended;
    expect(wrong.code).toBe(2);
    const right = await stage.start(OLD_NODE as string, [CARDUME, "--version"]).ended;
    expect(right.code).toBe(0);
  });

  test("says in one line what is missing when there is no newer Node", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING);
    mkdirSync(stage.path("bin"));
    cpSync(CARDUME, stage.path("bin/cardume.js"));
    stage.write("package.json", '{ "type": "module" }');
    const { code, stderr } = await stage.start(OLD_NODE as string, ["bin/cardume.js", "--version"]).ended;
    expect(code).toBe(5);
    expect(stderr).toMatch(/^cardume needs Node\.js 24\.\d+ or newer and this is v\d+.*npm ci.*\n$/);
  });
});

describe("the launcher, started by the project's own Node", () => {
  test("runs the program in the same process, so that it dies with it", async ({ stage }) => {
    const kv = stage.keyValues("kv", { 1: "one" });
    const peer = stage.start(NODE, [CARDUME, "peer", stage.address(5001), kv]);
    await peer.says(/is listening/);
    expect(childrenOf(peer.pid)).toEqual([]);
    peer.kill("SIGKILL");
    expect((await peer.ended).signal).toBe("SIGKILL");
  });
});
