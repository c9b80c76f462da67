import { CardumeError } from "../core/errors.ts";
import { StdoutBytes } from "./stdout-bytes.ts";

/** @throws CardumeError `output-unusable`: a person's terminal is no place for a video's bytes */
export function checkStdout(): void {
  if (process.stdout.isTTY)
    throw new CardumeError("output-unusable", "standard output is a terminal: pipe it into a player, or name a file");
}

/**
 * Writes bytes to standard output as fast as its reader reads.
 * @returns whether all was taken; `false`: the reader, such as a player that was closed, has had what it wanted
 */
export async function writeToStdout(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<boolean> {
  const target = new StdoutBytes(signal);
  try {
    for await (const bytes of source) {
      await target.write(bytes);
      onBytes(bytes.length);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return false;
    throw error;
  }
}

/** A write to a reader that does not read would keep the process alive, also through `process.exit`. A shell sees 130. */
export function endInterrupted(): void {
  process.removeAllListeners("SIGINT");
  process.kill(process.pid, "SIGINT");
}
