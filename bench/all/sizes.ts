import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figures } from "./side.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MIB = 1_048_576;
/** What dpkg-query is to print of a package: it is dpkg's own template. */
const FORMAT = ["$", "{Installed-Size}\\n"].join("");

/** Work 10 of ours: what is published of this checkout, and every package that a user gets with it. Node is its runtime. */
export function cardumeSize(): Promise<Figures> {
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: string[] };
  // A checkout in use may have no page in dist/: a published package has.
  if (!existsSync(join(ROOT, "dist/web"))) spawnSync("npm", ["run", "--silent", "build:web"], { cwd: ROOT });
  const published = files.reduce((sum, path) => sum + sizeOf(join(ROOT, path)), 0);
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>;
  };
  const used = Object.entries(packages).filter(
    ([path, { dev = false, devOptional = false }]) =>
      path !== "" && !dev && !devOptional && path.includes("node_modules"),
  );
  const needed = used.reduce((sum, [path]) => sum + sizeOf(join(ROOT, path), "node_modules"), 0);
  return Promise.resolve({ mib: (published + needed) / MIB, runtimeMib: nodeMib() });
}

/** Of the Node that runs this, in MiB. */
export const nodeMib = (): number => statSync(process.execPath).size / MIB;

/** Bytes of the files below a path, folders of one name left out; 0 of what is not there. */
export function sizeOf(path: string, except?: string): number {
  if (!existsSync(path)) return 0;
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path)
    .filter((name) => name !== except)
    .reduce((sum, name) => sum + sizeOf(join(path, name), except), 0);
}

/** Installed sizes of Debian packages together, as dpkg has them, in MiB; `undefined` where one is not installed. */
export function debianMib(packages: readonly string[]): number | undefined {
  const { status, stdout } = spawnSync("dpkg-query", ["-W", "-f", FORMAT, ...packages], {
    encoding: "utf8",
  });
  if (status !== 0) return undefined;
  return (
    stdout
      .trim()
      .split("\n")
      .map(Number)
      .reduce((sum, kib) => sum + kib, 0) / 1024
  );
}

/** Work 10 of a side that is Debian packages. */
export function debianSize(packages: readonly string[], runtime: readonly string[] = []): Promise<Figures | string> {
  const [mib, runtimeMib] = [debianMib(packages), runtime.length === 0 ? 0 : debianMib(runtime)];
  if (mib === undefined || runtimeMib === undefined)
    return Promise.resolve(`not installed as the Debian packages ${packages.join(", ")}`);
  return Promise.resolve({ mib, runtimeMib });
}
