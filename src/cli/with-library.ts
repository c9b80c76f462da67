import { existsSync } from "node:fs";
import { CardumeError } from "../core/errors.ts";
import { pointerPath, socketPath } from "../gateway/find-control-socket.ts";
import type { LibraryFace } from "../gateway/library-face.ts";
import type { RemoteNode } from "../gateway/remote-node.ts";
import { keepYoungGenerationSmall } from "../runtime/heap.ts";
import { dataFolder } from "../store/data-folder.ts";
import type { Library } from "../store/library.ts";
import { EXIT } from "./exit-code.ts";
import type { LibraryFlags } from "./library-options.ts";
import { Output } from "./output.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

/** What a command of the library works with. */
export interface LibrarySession {
  readonly library: LibraryFace;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A library, however it was reached. */
export type Reached =
  /** This process has it open. */
  | { readonly library: LibraryFace; readonly own: Library; readonly running: undefined }
  /** A node of this machine has, and works for this process. */
  | { readonly library: LibraryFace; readonly own: undefined; readonly running: RemoteNode };

/**
 * Opens the library for one command, or, where a node has it, works through that one; and closes it whatever happens.
 * `command` is what another process is told that wants the library meanwhile.
 * @returns the exit code
 */
export function withLibrary(
  command: string,
  flags: LibraryFlags,
  action: (session: LibrarySession) => Promise<number>,
  output: Output = new Output(flags.json === true),
): Promise<number> {
  return withReached(command, flags, (reached, signal) => action({ library: reached.library, output, signal }), output);
}

/** The same, for a command that has to know who has the library. */
export async function withReached(
  command: string,
  flags: LibraryFlags,
  action: (reached: Reached, signal: AbortSignal) => Promise<number>,
  output: Output,
): Promise<number> {
  keepYoungGenerationSmall();
  const abort = new AbortController();
  stopOnSignals(abort);
  let reached: Reached | undefined;
  try {
    reached = await reach(command, flags, output, abort.signal);
    return await action(reached, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    output.stop();
    await reached?.library.close();
  }
}

async function reach(command: string, flags: LibraryFlags, output: Output, signal: AbortSignal): Promise<Reached> {
  const folder = dataFolder(flags.data);
  const found = await reachRunning(folder);
  if (found !== undefined) return found;
  try {
    const { openLibrary } = await import("../open-library.ts");
    const onNotice = (text: string): void => output.notice(`cardume: ${text}`);
    const what = `cardume ${command}`;
    const own = await openLibrary({ folder: flags.data, what, onNotice, signal, mustExist: mustExist(command, flags) });
    return { library: own, own, running: undefined };
  } catch (error) {
    // A node that was just starting a moment ago may listen by now.
    const isHeld = error instanceof CardumeError && error.code === "library-held";
    const late = isHeld ? await reachRunning(folder) : undefined;
    if (late === undefined) throw error;
    return late;
  }
}

/** The library through the node that has it; `undefined`: no node runs. Nothing is loaded where none ever ran. */
export async function reachRunning(folder: string): Promise<Reached | undefined> {
  if (!existsSync(socketPath(folder)) && !existsSync(pointerPath(folder))) return undefined;
  const { connectToNode } = await import("../gateway/connect.ts");
  const running = await connectToNode(folder);
  return running === undefined ? undefined : { library: running.library, own: undefined, running: running.node };
}

/** Commands that put something into a library, or need a key to speak with, make one. */
const MAKERS: readonly string[] = ["add", "find", "get", "up", "watch"];

/** A folder that was named and is not there is a slip of the keyboard, unless something is put into it. */
const mustExist = (command: string, { data }: LibraryFlags): boolean =>
  !MAKERS.includes(command) && (data !== undefined || Boolean(process.env["CARDUME_DATA"]));
