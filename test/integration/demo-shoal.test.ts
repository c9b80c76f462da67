import { mkdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { childrenOf, isAlive } from "./support/alive.ts";
import { CARDUME, NODE } from "./support/places.ts";
import type { Running } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";
import { until } from "./support/waiting.ts";

/** A demonstration with a folder for temporary files of its own, as the leader of a process group. */
function demo(stage: Stage, ...more: string[]): Running {
  mkdirSync(stage.path("tmp"));
  return stage.start("setsid", [NODE, CARDUME, "demo", ...more], { env: { TMPDIR: stage.path("tmp") } });
}

const leftBehind = (stage: Stage): string[] => stage.list("tmp").filter((name) => name.startsWith("cardume-demo-"));

describe("demo", () => {
  test("finds a film by its title through one contact, and has it bit for bit though two holders die", async ({
    stage,
  }) => {
    const { code, stdout, stderr } = await demo(stage, "--json", "--out", "kept").ended;
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as { identical: boolean; bytes: number; holders: { bytes: number }[] };
    expect(report.identical).toBe(true);
    expect(report.holders.filter(({ bytes }) => bytes > 0).length).toBeGreaterThanOrEqual(2);
    expect(stage.readBytes("kept/fetched-shoal.mp4")).toHaveLength(report.bytes);
    expect(leftBehind(stage)).toEqual([]);
  });

  test("interrupted while nodes run ends with 130, and leaves no folder and no node", async ({ stage }) => {
    const running = demo(stage);
    await running.says(/^ana adds/m);
    const nodes = childrenOf(running.pid);
    expect(nodes.length).toBeGreaterThanOrEqual(5);
    process.kill(running.pid, "SIGINT");
    const { code, signal } = await running.ended;
    expect({ code, signal }).toEqual({ code: 130, signal: null });
    expect(leftBehind(stage)).toEqual([]);
    await until("its nodes have ended", () => !nodes.some(isAlive), 3000);
  });
});
