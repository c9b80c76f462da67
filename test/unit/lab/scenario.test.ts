import { expect, test } from "vitest";
import { upArguments } from "../../../lab/lab-node.ts";
import { atLeast, atMost, so } from "../../../lab/scenario.ts";
import { SCENARIOS } from "../../../lab/scenarios.ts";
import { tableOf } from "../../../lab/table.ts";

test("a demand is met at its target, and not beyond it", () => {
  expect(atLeast("share", 0.95, 0.95).isMet).toBe(true);
  expect(atLeast("share", 0.9499, 0.95).isMet).toBe(false);
  expect(atMost("delay", 300, 300).isMet).toBe(true);
  expect(atMost("delay", 300.1, 300).isMet).toBe(false);
  expect(so("bit-exact", false).isMet).toBe(false);
});

test("what is no number meets nothing", () => {
  expect(atLeast("share", Number.NaN, 0.5).isMet).toBe(false);
  expect(atMost("delay", Number.NaN, 300).isMet).toBe(false);
});

test("scenarios have names of their own, and a line of text", () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  for (const { name, about } of SCENARIOS) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(about).not.toBe("");
  }
});

test("a node of the lab listens on loopback alone, looks for nobody, and tells the emulator's ports only", () => {
  const ports = { libp2p: 1, direct: 2, publicLibp2p: 3, publicDirect: 4 };
  const settings = { name: "a", folder: "/x", ports, join: [], direct: true, launcher: "cardume.js", more: [] };
  const line = upArguments(settings, ["/ip4/127.0.0.1/tcp/9/p2p/z"]).join(" ");
  expect(line).toContain("--listen /ip4/127.0.0.1/tcp/1 --announce /ip4/127.0.0.1/tcp/3");
  expect(line).toContain("--direct-port 2 --direct-announce-port 4");
  expect(line).toContain("--no-mdns --no-nat --join /ip4/127.0.0.1/tcp/9/p2p/z");
  expect(upArguments({ ...settings, direct: false }, []).join(" ")).toContain("--no-direct");
});

test("columns are as wide as their widest cell, numbers to the right", () => {
  expect(
    tableOf(
      ["holder", "MiB"],
      [
        ["a", "1.0"],
        ["second", "100.0"],
      ],
    ),
  ).toBe("holder    MiB\na         1.0\nsecond  100.0");
});
