import { expect, test } from "vitest";
import { impurities } from "../support/impurities.ts";
import { sourceFiles } from "../support/source-files.ts";

test("src/core names no clock, timer, socket, file, process, console, random source or promise", () => {
  const files = sourceFiles("src/core");
  expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap(impurities)).toEqual([]);
});

/** One violation each: the checker has to name every one of them. */
const planted: readonly (readonly [string, RegExp])[] = [
  ['import { readFileSync } from "node:fs";', /module of Node/],
  ["const nowMs = Date.now();", /clock/],
  ["const nowMs = performance.now();", /clock/],
  ["const die = Math.random() * 6;", /random/],
  ["crypto.getRandomValues(bytes);", /random/],
  ["setTimeout(wake, 10);", /timer/],
  ["const timer = setInterval(wake, 10);", /timer/],
  ["setImmediate(wake);", /timer/],
  ["queueMicrotask(wake);", /timer/],
  ["process.exit(1);", /process/],
  ["globalThis.state = 1;", /process/],
  ['console.log("here");', /console/],
  ["const bytes = Buffer.alloc(4);", /Buffer/],
  ["async function wait() {}", /promise/],
  ["return Promise.resolve();", /promise/],
  ["answer.then(send);", /promise/],
  ['fetch("http://127.0.0.1");', /network/],
  ['const later = import("./later.ts");', /dynamic/],
];

test.for(planted)("the check bites: %s", ([text, what]) => {
  const found = impurities({ path: "src/core/x.ts", text: `/** Pure. */\nexport const x = 1;\n${text}\n` });
  expect(found.join()).toMatch(what);
});

test("words in comments are no violation", () => {
  const text =
    "/** No Date, no Promise. */\n// setTimeout is the shell's\nexport const x = 1; // ms since process start\n";
  expect(impurities({ path: "src/core/x.ts", text })).toEqual([]);
});
