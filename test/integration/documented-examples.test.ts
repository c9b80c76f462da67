import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { tempFolder } from "../unit/support/temp-folder.ts";

const INDEX = pathToFileURL("src/index.ts").href;

/** The code of the first example in a text that opens a library, without the stars of a comment. */
function exampleIn(path: string): string {
  const text = readFileSync(path, "utf8").replace(/^ \* ?/gm, "");
  const examples = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string);
  const example = examples.find((code) => code.includes("openLibrary"));
  if (example === undefined) throw new Error(`no example of openLibrary in ${path}`);
  return example;
}

test.for(["src/index.ts", "README.md"])("the example in %s does what it says, as it is written", (path) => {
  const folder = tempFolder();
  cpSync("demo", join(folder, "demo"), { recursive: true });
  const code = exampleIn(path);
  expect(code).toContain('from "cardume"');
  writeFileSync(join(folder, "example.ts"), code.replaceAll('from "cardume"', `from ${JSON.stringify(INDEX)}`));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  const { stdout, stderr, status } = spawnSync(process.execPath, ["example.ts"], { cwd: folder, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const [added, first, ...rest] = stdout.trim().split("\n");
  expect(added).toMatch(/^added .*\/demo\/shoal\.mp4$/);
  expect(first).toBe("1000");
  expect(rest.join("\n")).toMatch(/^cardume:[a-z2-7]{52}\?s=361402&n=shoal%2Emp4&/);
});
