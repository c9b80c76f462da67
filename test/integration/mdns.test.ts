import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { Hosts } from "./support/hosts.ts";
import { NODE } from "./support/places.ts";
import { MISSING_NAMESPACES, requirement } from "./support/requirement.ts";
import type { Running } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";

const CHILD = join(import.meta.dirname, "support/lan-child.ts");

/** A node that knows nobody, on one of the hosts. */
function start(stage: Stage, hosts: Hosts, host: number, ...[name = "", ...more]: string[]): Running {
  const folder = stage.path(name);
  mkdirSync(folder);
  return hosts.start(host, NODE, [CHILD, folder, name, ...more]);
}

describe("on a local network with no way out", () => {
  test("two machines that know nobody become neighbours and find each other's titles", async ({
    stage,
    task,
    skip,
  }) => {
    requirement({ task, skip }, MISSING_NAMESPACES);
    const hosts = new Hosts(stage, 2);
    const first = start(stage, hosts, 1, "river", "forest");
    const [, firstPeer] = await first.says(/^READY (\S+)$/m);
    const second = start(stage, hosts, 2, "forest", "river");
    const [, secondPeer] = await second.says(/^READY (\S+)$/m);
    const [[, atFirst, firstVia], [, atSecond, secondVia]] = await Promise.all([
      first.says(/^FOUND (\S+) (\S+)$/m),
      second.says(/^FOUND (\S+) (\S+)$/m),
    ]);
    expect([atFirst, atSecond]).toEqual([secondPeer, firstPeer]);
    // The other one may have been the first to dial.
    expect([firstVia, secondVia]).toContain("lan");
  });

  test("so do two that look for a router, for relays and for a hash table in vain", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING_NAMESPACES);
    const hosts = new Hosts(stage, 2);
    const first = start(stage, hosts, 1, "river", "forest", "all");
    const [, firstPeer] = await first.says(/^READY (\S+)$/m);
    const second = start(stage, hosts, 2, "forest", "river", "all");
    expect((await second.says(/^FOUND (\S+) (\S+)$/m))[1]).toBe(firstPeer);
    expect(first.stderr + second.stderr).toBe("");
    expect(first.isOver || second.isOver).toBe(false);
  });

  test("two nodes of one machine do too", async ({ stage, task, skip }) => {
    requirement({ task, skip }, MISSING_NAMESPACES);
    const hosts = new Hosts(stage, 1);
    const first = start(stage, hosts, 1, "river", "forest");
    const [, firstPeer] = await first.says(/^READY (\S+)$/m);
    const second = start(stage, hosts, 1, "forest", "river");
    expect((await second.says(/^FOUND (\S+) (\S+)$/m))[1]).toBe(firstPeer);
  });
});
