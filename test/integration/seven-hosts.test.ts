import { mkdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { chunkBytes, EXAMPLE, writeExample } from "./support/example-network.ts";
import { Hosts } from "./support/hosts.ts";
import { BIN_CLIENTE, BIN_PEER, NODE } from "./support/places.ts";
import { MISSING_NAMESPACES, requirement } from "./support/requirement.ts";
import type { Ended } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";

const PORT = 5001;
const addressOf = (host: number): string => `10.0.0.${host}:${PORT}`;

/** The five peers of the example network on the first five hosts. */
async function startPeers(stage: Stage, hosts: Hosts): Promise<void> {
  const files = writeExample(stage);
  const peers = EXAMPLE.map(({ neighbours }, index) =>
    hosts.start(index + 1, NODE, [
      BIN_PEER,
      addressOf(index + 1),
      files[index] as string,
      ...neighbours.map(addressOf),
    ]),
  );
  await Promise.all(peers.map((peer) => peer.says(/is listening/)));
}

function runClient(stage: Stage, hosts: Hosts, host: number, contact: number, ids: string): Promise<Ended> {
  const cwd = stage.path(`host${host}`);
  mkdirSync(cwd);
  return hosts.start(host, NODE, [BIN_CLIENTE, addressOf(contact), ids], cwd).ended;
}

describe("seven hosts with their own addresses, as the assignment ran it", () => {
  test("give both clients their chunks, and logs that bear the clients' addresses", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING_NAMESPACES);
    const hosts = new Hosts(stage, 7);
    await startPeers(stage, hosts);
    const [first, second] = await Promise.all([
      runClient(stage, hosts, 6, 1, "5,6,7"),
      runClient(stage, hosts, 7, 4, "1,3,4,5,9"),
    ]);
    expect(first.code, first.stderr).toBe(0);
    expect(second.code, second.stderr).toBe(1);
    expect(stage.list("host6")).toEqual(["chunk_5.m4s", "chunk_6.m4s", "chunk_7.m4s", "output-10.0.0.6.log"]);
    const files = [1, 3, 5, 9].map((id) => `chunk_${id}.m4s`);
    expect(stage.list("host7")).toEqual([...files, "output-10.0.0.7.log"]);
    for (const id of [1, 3, 5, 9]) expect(stage.readBytes(`host7/chunk_${id}.m4s`)).toEqual(chunkBytes(id));
    for (const id of [5, 6, 7]) expect(stage.readBytes(`host6/chunk_${id}.m4s`)).toEqual(chunkBytes(id));
    const log6 = stage.read("host6/output-10.0.0.6.log").trimEnd().split("\n");
    expect(log6).toContain(`${addressOf(1)} - 5`);
    expect(log6).toHaveLength(3);
    const log7 = stage.read("host7/output-10.0.0.7.log").trimEnd().split("\n");
    const lines = [
      [2, 1],
      [3, 3],
      [1, 5],
      [5, 9],
    ].map(([host, id]) => `${addressOf(host as number)} - ${id}`);
    expect(new Set(log7.slice(0, -1))).toEqual(new Set(lines));
    expect(log7.at(-1)).toBe("0.0.0.0:0 - 4");
    expect(first.ms).toBeLessThan(4500);
    expect(second.ms).toBeLessThan(15_000);
  });

  test("tell a client whose contact's host is off that it is not there, with a log all the same", async ({
    stage,
    task,
    skip,
  }) => {
    requirement({ task, skip }, MISSING_NAMESPACES);
    const hosts = new Hosts(stage, 2);
    const { code, stderr } = await runClient(stage, hosts, 2, 9, "1,2");
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stage.read("host2/output-10.0.0.2.log")).toBe("0.0.0.0:0 - 1\n0.0.0.0:0 - 2\n");
  });

  test("refuse in one line, with exit code 5, a client that has no way to its contact", async ({
    stage,
    task,
    skip,
  }) => {
    requirement({ task, skip }, MISSING_NAMESPACES);
    const hosts = new Hosts(stage, 1);
    const { code, stderr } = await hosts.start(1, NODE, [BIN_CLIENTE, "192.168.9.9:5001", "1"]).ended;
    expect(code).toBe(5);
    expect(stderr).toBe("cardume: there is no way from this machine to 192.168.9.9\n");
  });
});
