import { getCompileCacheDir } from "node:module";
import { openLibrary } from "../open-library.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { keepYoungGenerationSmall } from "../runtime/heap.ts";
import type { Library } from "../store/library.ts";
import { EXIT } from "./exit-code.ts";
import type { LibraryFlags } from "./library-options.ts";
import { Output } from "./output.ts";

/** What a command of the library works with. */
export interface LibrarySession {
  readonly library: Library;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Opens the library for one command, and closes it whatever happens. `command` is what another process is told that
 * wants the library meanwhile.
 * @returns the exit code
 */
export async function withLibrary(
  command: string,
  flags: LibraryFlags,
  action: (session: LibrarySession) => Promise<number>,
  output: Output = new Output(flags.json === true),
): Promise<number> {
  keepMemorySmall();
  const abort = new AbortController();
  stopOnSignals(abort);
  const onNotice = (text: string): void => output.notice(`cardume: ${text}`);
  let library: Library | undefined;
  try {
    const { signal } = abort;
    library = await openLibrary({
      folder: flags.data,
      what: `cardume ${command}`,
      onNotice,
      signal,
      mustExist: mustExist(command, flags),
    });
    return await action({ library, output, signal });
  } catch (error) {
    if (abort.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    output.stop();
    await library?.close();
  }
}

/** One Ctrl-C reaches this process twice, from the terminal and from the launcher; a person needs longer than this. */
const SECOND_THOUGHT_MS = 1000;

/** The first Ctrl-C or SIGTERM ends the command in good order. A later one ends the process: something hangs. */
function stopOnSignals(abort: AbortController): void {
  let firstAtMs: number | undefined;
  const stop = (): void => {
    firstAtMs ??= monotonicMs();
    abort.abort();
    if (monotonicMs() - firstAtMs < SECOND_THOUGHT_MS) return;
    // A shell sees 130. `process.exit` would wait for threads, and one that reads from a dead disk never ends.
    process.removeAllListeners("SIGINT");
    process.kill(process.pid, "SIGINT");
  };
  // The listeners stay: the launcher may pass on a second Ctrl-C while this process ends.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
}

/**
 * The launcher's compile cache is its own thread's: without this, every thread of the library would compile its program
 * anew, which in a checkout costs some 25 MB each.
 */
function keepMemorySmall(): void {
  keepYoungGenerationSmall();
  const folder = getCompileCacheDir();
  if (folder !== undefined) process.env["NODE_COMPILE_CACHE"] ??= folder;
}

/** A folder that was named and is not there is a slip of the keyboard, unless something is put into it. */
const mustExist = (command: string, { data }: LibraryFlags): boolean =>
  command !== "add" && (data !== undefined || Boolean(process.env["CARDUME_DATA"]));
