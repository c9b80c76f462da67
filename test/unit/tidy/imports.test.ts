import { describe, expect, test } from "vitest";
import { brokenImports, importsOf } from "../support/import-table.ts";
import { sourceFiles } from "../support/source-files.ts";

test("no room imports what the table of the design does not allow", () => {
  const files = sourceFiles("src", "sim");
  expect(files.length).toBeGreaterThan(40);
  expect(files.flatMap(brokenImports)).toEqual([]);
});

test("every kind of import is seen", () => {
  const text = `
import "./side-effect.ts";
import one from "./one.ts";
import { two, type Three } from "./two.ts";
import type { Four } from "./four.ts";
import { type Five, type Six } from "./five.ts";
import {
  seven,
} from './seven.ts';
export { eight } from "./eight.ts";
export * from "./nine.ts";
const ten = await import("./ten.ts");
type Eleven = import("./eleven.ts").Eleven;`;
  expect(importsOf(text).map(({ from, typeOnly }) => `${from}${typeOnly ? " type" : ""}`)).toEqual([
    "./side-effect.ts",
    "./one.ts",
    "./two.ts",
    "./four.ts type",
    "./five.ts type",
    "./seven.ts",
    "./eight.ts",
    "./nine.ts",
    "./ten.ts",
    "./eleven.ts",
  ]);
});

describe("planted violations", () => {
  const planted = [
    ["src/core/wire/x.ts", 'import { CHUNK } from "../content/chunk.ts";'],
    ["src/core/wire/x.ts", 'import { Flood } from "../discovery/flood.ts";'],
    ["src/core/content/x.ts", 'import { hash } from "node:crypto";'],
    ["src/core/discovery/x.ts", 'import type { Scheduler } from "../transfer/scheduler.ts";'],
    ["src/core/transfer/x.ts", 'import { PeerCore } from "../peer/peer-core.ts";'],
    ["src/core/peer/x.ts", 'import { monotonicMs } from "../../runtime/clock.ts";'],
    ["src/core/client/x.ts", 'export * from "../../original/split.ts";'],
    ["src/core/client/x.ts", 'const clock = import("../../runtime/clock.ts");'],
    ["src/core/effects.ts", 'import pino from "pino";'],
    ["src/runtime/x.ts", 'import { Flood } from "../core/discovery/flood.ts";'],
    ["src/original/x.ts", 'import { main } from "../cli/main.ts";'],
    ["src/store/x.ts", 'import { startPeer } from "../original/peer-process.ts";'],
    ["src/gateway/x.ts", 'import { PeerCore } from "../core/peer/peer-core.ts";'],
    ["sim/x.ts", 'import { readFile } from "node:fs/promises";'],
    ["sim/x.ts", 'import { UdpSocket } from "../src/original/udp-socket.ts";'],
    ["sim/deep/x.ts", 'import { monotonicMs } from "../../src/runtime/clock.ts";'],
  ] as const;

  test.for(planted)("in %s: %s", ([path, text]) => {
    expect(brokenImports({ path, text })).toHaveLength(1);
  });

  const allowed = [
    ["src/core/wire/x.ts", 'import type { KeyValues } from "../content/key-values-file.ts";'],
    ["src/runtime/x.ts", 'import type { Effects } from "../core/effects.ts";'],
    ["src/original/x.ts", 'import { open } from "node:fs/promises";'],
    ["src/cli/x.ts", 'import { PeerCore } from "../core/peer/peer-core.ts";'],
    ["sim/x.ts", 'import { PeerCore } from "../src/core/peer/peer-core.ts";'],
  ] as const;

  test.for(allowed)("but not in %s: %s", ([path, text]) => {
    expect(brokenImports({ path, text })).toEqual([]);
  });
});
