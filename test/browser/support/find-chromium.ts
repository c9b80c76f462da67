import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestProject } from "vitest/node";
import { system } from "../../integration/support/system.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The path of a Chromium; empty when this machine has none. */
    readonly chromium: string;
  }
}

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

function find(): string | undefined {
  const told = process.env["CARDUME_CHROMIUM"] ?? "";
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [told, ...paths].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return path !== "";
    } catch {
      return false;
    }
  });
}

const APT = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"] as const;

/** Debian's, where we may install it. */
function install(): void {
  if (process.getuid?.() !== 0) return;
  try {
    system(...APT, "update");
    system(...APT, "install", "-y", "--no-install-recommends", "chromium");
  } catch {
    // Said by whoever needs it.
  }
}

/** Finds a Chromium, once for all tests, or installs it. */
export function setup({ provide }: TestProject): void {
  if (find() === undefined) install();
  provide("chromium", find() ?? "");
}
