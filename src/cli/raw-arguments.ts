import { readFileSync } from "node:fs";
import type { FilePath } from "../store/disk.ts";

/** Node reads arguments as UTF-8 and puts this where they are none: such a name would name no file any more. */
const LOSS = "\ufffd";

/** The paths that a person named, as bytes where they are no UTF-8 and the system still tells (Linux does). */
export function rawPaths(texts: readonly string[], commandLine: () => readonly Buffer[] = ownCommandLine): FilePath[] {
  if (!texts.some((text) => text.includes(LOSS))) return [...texts];
  const raw = commandLine().filter((argument) => !Buffer.from(argument.toString()).equals(argument));
  return texts.map((text) => {
    const at = raw.findIndex((argument) => argument.toString() === text);
    return at < 0 ? text : (raw.splice(at, 1)[0] as Buffer);
  });
}

function ownCommandLine(): Buffer[] {
  try {
    const all = readFileSync("/proc/self/cmdline");
    // Latin-1 keeps every byte.
    return all
      .toString("latin1")
      .split("\0")
      .map((argument) => Buffer.from(argument, "latin1"));
  } catch {
    return [];
  }
}
