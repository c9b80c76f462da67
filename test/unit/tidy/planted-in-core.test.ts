import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../support/source-files.ts";

// The real compiler and the real linter on a copy of src/core: what is written in their settings has to hold.

const run = promisify(execFile);
let copy = "";

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "cardume-planted-"));
  for (const path of ["src/core", "src/runtime", "tools/biome", "tsconfig.base.json", "package.json"])
    await cp(join(ROOT, path), join(copy, path), { recursive: true });
  const settings = JSON.parse(await readFile(join(ROOT, "biome.json"), "utf8")) as object;
  // The copy is no repository.
  await writeFile(join(copy, "biome.json"), JSON.stringify({ ...settings, vcs: { enabled: false } }));
});

afterAll(async () => await rm(copy, { recursive: true, force: true }));

/** What a program says about the copy, or "" when it is content. */
async function complaint(program: string, args: readonly string[]): Promise<string> {
  try {
    await run(join(ROOT, "node_modules/.bin", program), args, { cwd: copy });
    return "";
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}

const compile = (): Promise<string> => complaint("tsc", ["-p", "src/core"]);
const lint = (): Promise<string> => complaint("biome", ["lint", "--error-on-warnings", "src/core"]);

/** Runs `check` with a file planted in the copy. */
async function withPlanted(text: string, check: () => Promise<string>): Promise<string> {
  const file = join(copy, "src/core/planted.ts");
  await writeFile(file, text);
  try {
    return await check();
  } finally {
    await rm(file);
  }
}

test("compiler and linter are content with src/core as it is", async () => {
  expect(await compile()).toBe("");
  expect(await lint()).toBe("");
});

const refusedByCompiler: readonly (readonly [string, RegExp])[] = [
  ["export const timer: unknown = setTimeout(() => {}, 1);", /setTimeout/],
  ['import { readFileSync } from "node:fs";\nexport const read: unknown = readFileSync;', /node:fs/],
  ["export const args: unknown = process.argv;", /process/],
  ['export const page: unknown = fetch("http://127.0.0.1");', /fetch/],
  ["export const bytes: unknown = Buffer.alloc(1);", /Buffer/],
  ['console.log("here");\nexport {};', /console/],
  ["export const nowMs: unknown = performance.now();", /performance/],
  [
    'import { monotonicMs } from "../runtime/clock.ts";\nexport const now: unknown = monotonicMs;',
    /planted\.ts|rootDir/,
  ],
];

test.for(refusedByCompiler)("the compiler refuses %s", async ([text, what]) => {
  expect(await withPlanted(text, compile)).toMatch(what);
});

const refusedByLinter: readonly (readonly [string, RegExp])[] = [
  ["export async function wait(): Promise<void> {\n  await 1;\n}", /no async function/],
  ["export const wait = async (): Promise<void> => {};", /no async function/],
  ["export const done: unknown = Promise.resolve();", /no promise/],
  ["export const nowMs: number = Date.now();", /Take the time as an argument/],
  ["export const die: number = Math.random();", /Take a random source/],
  ['export const later: unknown = import("./limits.ts");', /no dynamic import/],
  ['import { sep } from "node:path";\nexport const slash: string = sep;', /noNodejsModules/],
];

test.for(refusedByLinter)("the linter refuses %s", async ([text, what]) => {
  expect(await withPlanted(text, lint)).toMatch(what);
});
