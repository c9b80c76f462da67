import { expect } from "vitest";
import type { Ended } from "./running.ts";
import type { PeerProcess } from "./stage.ts";

/** What a Python peer counted, by message. */
export interface PythonCounters {
  readonly received: Readonly<Record<string, number>>;
  readonly sent: Readonly<Record<string, number>>;
  readonly gets: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Stops a Python peer and says what it counted. Fails when it had died of what it was sent. */
export async function stopPythonPeer({ process }: PeerProcess): Promise<PythonCounters> {
  const { code, stdout, stderr } = await process.stop();
  expect(stderr, "no Python peer dies of what we send").not.toContain("DIED");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) as string) as PythonCounters;
}

/** What the Python client prints at its end. */
export interface PythonFetch {
  readonly got: readonly number[];
  readonly missing: readonly number[];
  readonly from: Readonly<Record<string, string>>;
  readonly chunkInfos: number;
}

/** Reads a Python client's result. Fails when it had died of what it was sent. */
export function pythonFetch({ code, stdout, stderr }: Ended): PythonFetch {
  expect(stderr, "no Python client dies of what we send").not.toContain("DIED");
  expect([0, 1], stderr).toContain(code);
  return JSON.parse(stdout) as PythonFetch;
}

/** One datagram as a Python program's `--trace` has it. */
export interface Traced {
  readonly t: number;
  readonly dir: "in" | "out";
  readonly peer: string;
  readonly hex: string;
}

export const readTrace = (text: string): Traced[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Traced);
