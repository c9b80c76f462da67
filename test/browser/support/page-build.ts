import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let built: Promise<string> | undefined;

/** Builds the page as it is now, once for a file of tests. @returns the folder */
export function builtPage(): Promise<string> {
  built ??= make();
  return built;
}

async function make(): Promise<string> {
  const outDir = here(".cache/page");
  await build({ configFile: here("web/vite.config.ts"), logLevel: "error", build: { outDir } });
  return outDir;
}
