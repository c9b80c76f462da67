import { describe, expect } from "vitest";
import {
  asAssignment,
  asCardume,
  chunkBytes,
  type Launch,
  runExampleClient,
  startExample,
} from "./support/example-network.ts";
import { OLD_NODE } from "./support/old-node.ts";
import { NODE } from "./support/places.ts";
import { requirement } from "./support/requirement.ts";
import { type Stage, test } from "./support/stage.ts";

/** Seven processes: five peers and the assignment's two clients at the same time. */
async function runTheExample(stage: Stage, launch: Launch): Promise<void> {
  const peers = await startExample(stage, launch);
  const [first, second] = await Promise.all([runExampleClient(stage, launch, 1), runExampleClient(stage, launch, 2)]);
  expectFirstClient(stage);
  expectSecondClient(stage);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(second).toMatchObject({ code: 1, stderr: "" });
  expect(first.ms, "nothing is missing: the first client waits for nobody").toBeLessThan(4500);
  expect(second.ms, "the second waits for chunk 4, which nobody holds").toBeGreaterThan(4900);
  expect(second.ms).toBeLessThan(15_000);
  const ends = await Promise.all(peers.map((peer) => peer.stop()));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
}

const logOf = (stage: Stage, client: number): string[] =>
  stage.read(`client${client}/output-127.0.0.1.log`).split(/(?<=\n)/);

function expectFirstClient(stage: Stage): void {
  expect(stage.list("client1")).toEqual(["chunk_5.m4s", "chunk_6.m4s", "chunk_7.m4s", "output-127.0.0.1.log"]);
  for (const id of [5, 6, 7]) expect(stage.readBytes(`client1/chunk_${id}.m4s`)).toEqual(chunkBytes(id));
  const log = logOf(stage, 1);
  expect(log).toHaveLength(3);
  expect(log).toContain(`${stage.address(5001)} - 5\n`);
  // 6 and 7 are with peers 1, 3 and 4, and any of them will do.
  for (const id of [6, 7]) expect(log.join("")).toMatch(new RegExp(`^${stage.ip}:500[134] - ${id}$`, "m"));
}

function expectSecondClient(stage: Stage): void {
  const files = [1, 3, 5, 9].map((id) => `chunk_${id}.m4s`);
  expect(stage.list("client2")).toEqual([...files, "output-127.0.0.1.log"]);
  for (const id of [1, 3, 5, 9]) expect(stage.readBytes(`client2/chunk_${id}.m4s`)).toEqual(chunkBytes(id));
  const log = logOf(stage, 2);
  expect(log.at(-1), "what did not come stands at the end").toBe("0.0.0.0:0 - 4\n");
  const from = { 1: 5002, 3: 5003, 5: 5001, 9: 5005 };
  const lines = Object.entries(from).map(([id, port]) => `${stage.address(port)} - ${id}\n`);
  expect(new Set(log.slice(0, -1))).toEqual(new Set(lines));
}

describe.concurrent("the example network, in seven processes", () => {
  test("gives both clients what the contract says, with its logs and exit codes", async ({ stage }) => {
    await runTheExample(stage, asCardume(NODE));
  });

  test("is the same when started by the machine's own older Node", async ({ stage, task, skip }) => {
    requirement({ task, skip }, OLD_NODE === undefined ? "a Node older than 24 beside the project's own" : undefined);
    await runTheExample(stage, asCardume(OLD_NODE as string));
  });

  test("is the same under the assignment's names, peer and cliente", async ({ stage }) => {
    await runTheExample(stage, asAssignment);
  });

  test("has client 2's other chunks at once: only the search for chunk 4 takes its 5 s", async ({ stage }) => {
    await startExample(stage, asCardume(NODE));
    const client = stage.cardume(["client", stage.address(5004), "1,3,4,5,9", "--json", "--out", "c"]);
    const events = new Map<number, number>();
    const startedAtMs = performance.now();
    for (const id of [1, 3, 5, 9]) {
      await client.says(new RegExp(`^{"event":"chunk","id":${id},`, "m"));
      events.set(id, performance.now() - startedAtMs);
    }
    expect(Math.max(...events.values()), "ms until the last of them, start-up included").toBeLessThan(4500);
    const { code, stdout } = await client.ended;
    expect(code).toBe(1);
    const done = JSON.parse(stdout.trimEnd().split("\n").at(-1) as string) as { fetchMs: number; missing: number[] };
    expect(done.missing).toEqual([4]);
    expect(done.fetchMs).toBeLessThan(500);
  });
});
