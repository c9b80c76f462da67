import { mkdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { childrenOf, isAlive } from "./support/alive.ts";
import { CARDUME, NODE } from "./support/places.ts";
import type { Running } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";
import { pause, until } from "./support/waiting.ts";

const film = Buffer.alloc(3_000_000);
for (let at = 0; at < film.length; at += 4) film.writeUInt32BE(at, at);

/** A demonstration with a folder for temporary files of its own, as the leader of a process group. */
function demo(stage: Stage, ...more: string[]): Running {
  stage.write("film.mp4", film);
  mkdirSync(stage.path("tmp"));
  const args = [NODE, CARDUME, "demo", "--original", "--video", "film.mp4", ...more];
  return stage.start("setsid", args, { env: { TMPDIR: stage.path("tmp") } });
}

const leftBehind = (stage: Stage): string[] => stage.list("tmp").filter((name) => name.startsWith("cardume-demo-"));

describe("demo --original", () => {
  test("--out in the video's own folder leaves the video as it is", async ({ stage }) => {
    const { code, stdout, stderr } = await demo(stage, "--out", ".").ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^identical$/m);
    expect(stage.readBytes("film.mp4").equals(film)).toBe(true);
    expect(stage.readBytes("fetched-film.mp4").equals(film)).toBe(true);
    expect(stage.list().filter((name) => name.includes("film"))).toEqual(["fetched-film.mp4", "film.mp4"]);
    expect(leftBehind(stage)).toEqual([]);
  });

  const moments: readonly [string, "it alone" | "it and its peers", (running: Running) => Promise<unknown>][] = [
    ["while it cuts", "it alone", (running) => running.says(/^cutting /m)],
    ["when it has cut", "it and its peers", (running) => running.says(/is cut into/)],
    ["as the first peer starts", "it alone", (running) => until("a peer", () => childrenOf(running.pid).length >= 1)],
    ["as a later one does", "it and its peers", (running) => until("peers", () => childrenOf(running.pid).length >= 3)],
    ["in the fetch", "it alone", (running) => running.says(/^a client asks/m)],
    ["in the fetch", "it and its peers", (running) => running.says(/^a client asks/m)],
  ];
  for (const [when, whom, moment] of moments)
    test(`interrupted ${when}, ${whom}: ends with 130, and leaves no folder and no peer`, async ({ stage }) => {
      const running = demo(stage);
      await moment(running);
      const peers = childrenOf(running.pid);
      process.kill(whom === "it alone" ? running.pid : -running.pid, "SIGINT");
      while (!running.isOver) {
        const now = isAlive(running.pid) ? childrenOf(running.pid) : [];
        peers.push(...now.filter((pid) => !peers.includes(pid)));
        await Promise.race([running.ended, pause(5)]);
      }
      const { code, signal, stderr } = await running.ended;
      expect({ code, signal }, stderr).toEqual({ code: 130, signal: null });
      expect(stderr).toBe("");
      expect(leftBehind(stage)).toEqual([]);
      await until("its peers have ended", () => !peers.some(isAlive), 3000);
    });
});
