import { readFileSync } from "node:fs";

const packageJson = new URL("../../package.json", import.meta.url);

/** This program's version, as its package says. */
export const readVersion = (): string =>
  (JSON.parse(readFileSync(packageJson, "utf8")) as { readonly version: string }).version;
