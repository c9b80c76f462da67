import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandOf } from "../../../bench/all/command.ts";
import { OURS } from "../../../bench/all/side.ts";
import { SIDES } from "../../../bench/all/sides.ts";
import { TASKS } from "../../../bench/all/works.ts";

const ROOT = join(import.meta.dirname, "../../..");

test("each side does each kind of task, or says in words why not", () => {
  for (const { does } of SIDES)
    for (const { kind } of TASKS) {
      const how = does[kind];
      expect(typeof how === "function" || how.length > 10).toBe(true);
    }
});

test("ours does all there is", () => {
  const ours = SIDES.find(({ name }) => name === OURS);
  for (const { kind } of TASKS) expect(typeof ours?.does[kind]).toBe("function");
});

test("ours is there whoever else is wanted, and a side that is none is wrong use", () => {
  const command = commandOf(["--sides", "aria2"], SIDES);
  expect(typeof command === "object" && command.sides.map(({ name }) => name)).toEqual([OURS, "aria2"]);
  expect(commandOf(["--sides", "nobody"], SIDES)).toContain("there is no side nobody");
});

test("a look is never written where the committed run is", () => {
  for (const args of [["--quick"], ["--sides", "aria2"]]) {
    const command = commandOf(args, SIDES);
    expect(typeof command === "object" && command.out).toMatch(/\.cache.benchmarks$/);
  }
});

test.for([["--mib", "0"], ["--rounds", "x"], ["--only", "12"], ["--nothing"]])("%j is wrong use", (args) => {
  expect(typeof commandOf(args, SIDES)).toBe("string");
});

test("nothing of the benchmarks listens beyond loopback, or names an address elsewhere", () => {
  const files = globSync(["bench/all/*.ts", "bench/bare/*.ts", "bench/peers/*.{mjs,py}"], { cwd: ROOT });
  expect(files.length).toBeGreaterThan(30);
  for (const path of files) {
    const text = readFileSync(join(ROOT, path), "utf8");
    for (const [address] of text.matchAll(/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g)) expect(address).toBe("127.0.0.1");
  }
});
