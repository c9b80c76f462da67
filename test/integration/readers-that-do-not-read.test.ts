import { closeSync, openSync } from "node:fs";
import { describe, expect } from "vitest";
import { CARDUME, NODE } from "./support/places.ts";
import type { Ended, Running } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";
import { system } from "./support/system.ts";
import { until } from "./support/waiting.ts";

const COUNT = 200;

/** A peer with more than a pipe holds, and with chunks of 65,000 bytes more than a client keeps for a reader. */
async function contactOf(stage: Stage, chunkBytes: number): Promise<string> {
  stage.write("film", Buffer.alloc(COUNT * chunkBytes, "film"));
  const cut = ["split", "film", "--peers", "1", "--in-place", "--out", "kv", "--chunk-bytes", `${chunkBytes}`];
  await stage.run(cut);
  return (await stage.peer(5001, "kv/key-values-files_peer1")).address;
}

/** A FIFO's path. */
function fifo(stage: Stage): string {
  system("mkfifo", stage.path("fifo"));
  return stage.path("fifo");
}

/** Every wanted chunk is in the log once, as come or as missing. */
function expectWholeLog(log: string): void {
  const lines = log.trimEnd().split("\n");
  const ids = lines.map((line) => Number(/^\S+:\d+ - (\d+)$/.exec(line)?.[1]));
  expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, index) => index + 1));
}

const chunksTold = (text: string): number => text.split('"event":"chunk"').length - 1;

/** Ctrl-C, once so many chunks have come; what a shell would say of its end, and after how long. */
async function interrupt(client: Running, on: "stdout" | "stderr", chunks: number): Promise<[number | null, number]> {
  await until(`${chunks} chunks have come`, () => chunksTold(client[on]) >= chunks);
  const startedAtMs = performance.now();
  client.kill("SIGINT");
  const { code, signal }: Ended = await client.ended;
  return [signal === "SIGINT" ? 130 : code, performance.now() - startedAtMs];
}

describe.concurrent("Ctrl-C ends a client", () => {
  for (const [state, chunkBytes, chunks] of [
    ["which has got all chunks", 1024, COUNT],
    ["which holds the fetch back", 65_000, 100],
  ] as const) {
    test(`${state} and whose reader never reads, within 5 s, log whole`, async ({ stage }) => {
      const contact = await contactOf(stage, chunkBytes);
      const pipe = openSync(fifo(stage), "r+"); // a reader too, so that no end of it is missing
      stage.onEnd(() => closeSync(pipe));
      const client = stage.cardume(["client", contact, `1-${COUNT}`, "--join", "-", "--json"], { stdout: pipe });
      const [code, ms] = await interrupt(client, "stderr", chunks);
      expect(code).toBe(130);
      expect(ms).toBeLessThan(5000);
      expectWholeLog(stage.read("output-127.0.0.1.log"));
    });

    test(`${state} and joins into a FIFO that nobody opens, within 5 s, log whole`, async ({ stage }) => {
      const contact = await contactOf(stage, chunkBytes);
      const client = stage.cardume(["client", contact, `1-${COUNT}`, "--join", fifo(stage), "--json"]);
      const [code, ms] = await interrupt(client, "stdout", chunks);
      expect(code).toBe(130);
      expect(ms).toBeLessThan(5000);
      expectWholeLog(stage.read("output-127.0.0.1.log"));
    });
  }

  test("together with its reader, and no line blames the reader", async ({ stage }) => {
    const contact = await contactOf(stage, 1024);
    // As a terminal does: the signal goes to a whole process group, of which the shell alone lives on.
    const script = `trap : INT; "$@" 2> told | sleep 20; echo \${PIPESTATUS[0]}`;
    const client = [NODE, CARDUME, "client", contact, `1-${COUNT}`, "--join", "-", "--json"];
    const shell = stage.start("setsid", ["bash", "-c", script, "bash", ...client]);
    await until(
      "all chunks have come",
      () => stage.list().includes("told") && chunksTold(stage.read("told")) === COUNT,
    );
    process.kill(-shell.pid, "SIGINT");
    const { stdout, ms } = await shell.ended;
    expect(stdout).toBe("130\n");
    expect(ms).toBeLessThan(15_000);
    expect(stage.read("told")).not.toMatch(/^cardume:/m);
    expectWholeLog(stage.read("output-127.0.0.1.log"));
  });
});
