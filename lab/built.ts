import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The built package's command line: what a person runs who has installed it. It takes less memory than the sources. */
export const BUILT_START: string = fileURLToPath(new URL("../dist/cli/start.js", import.meta.url));

/**
 * Builds the package into dist/, as publishing does, but for the page, which stays as it is. A complaint about types is
 * told; what was built runs all the same.
 */
export function build(): void {
  const dist = fileURLToPath(new URL("../dist", import.meta.url));
  for (const name of existsSync(dist) ? readdirSync(dist) : [])
    if (name !== "web") rmSync(join(dist, name), { recursive: true });
  const compiler = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"];
  const { status, stdout } = spawnSync(process.execPath, compiler, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) process.stderr.write(`the build complains:\n${stdout}`);
}
