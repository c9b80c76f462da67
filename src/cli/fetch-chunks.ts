import { fstatSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CardumeError } from "../core/errors.ts";
import type { Address } from "../core/wire/address.ts";
import { FileTarget, StreamTarget } from "../original/byte-targets.ts";
import { ChunkFiles } from "../original/chunk-files.ts";
import { ChunkLog } from "../original/chunk-log.ts";
import type { ChunkSink } from "../original/chunk-sink.ts";
import { type ClientResult, clientIp, runClient } from "../original/client-process.ts";
import { type ByteTarget, InOrder } from "../original/in-order.ts";
import { prepareFolder } from "../original/output-folder.ts";
import { checkReachable } from "../original/peer-process.ts";
import { keepYoungGenerationSmall } from "../runtime/heap.ts";
import type { ClientFlags } from "./client.ts";
import { EXIT } from "./exit-code.ts";
import { FetchReporter } from "./fetch-reporter.ts";

/** Runs one fetch as the command line orders it, tells of it, and returns the exit code. */
export async function fetchChunks(contact: Address, ids: readonly number[], flags: ClientFlags): Promise<number> {
  keepYoungGenerationSmall();
  checkReachable(contact, flags.allowPublic === true);
  await checkJoin(flags.join);
  const folder = flags.out ?? ".";
  await prepareFolder(folder);
  const localIp = await clientIp(contact);
  const log = await createLog(folder, localIp, ids.length);
  const toStdout = await isStdout(flags.join);
  const reporter = new FetchReporter(toStdout ? process.stderr : process.stdout, flags.json === true, ids.length);
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  reporter.started(contact, ids);
  try {
    const result = await runClient({
      contact,
      ids,
      order: toStdout || (flags.join !== undefined && (await isFifo(flags.join))) ? "sequence" : "rarest",
      dialect: flags.dialect,
      allowPublic: flags.allowPublic === true,
      sinks: await sinksFor(toStdout ? { ...flags, join: "-" } : flags, folder),
      log,
      localIp,
      signal: abort.signal,
      onChunk: (chunk) => reporter.chunk(chunk),
      onEvent: (event) => reporter.event(event),
    });
    reporter.ended(result, log.path, toStdout ? undefined : flags.join);
    if (result.stuck) endWithWriteUnderWay();
    return exitCodeOf(result);
  } finally {
    // The listeners stay: the launcher may pass on a second Ctrl-C while this process ends.
    reporter.stop();
  }
}

/**
 * Ends the process although a write to a reader that does not read is under way. It may block a thread that Node
 * would wait for at its exit, so the process ends by the signal, which is 130 to a shell.
 */
function endWithWriteUnderWay(): void {
  setTimeout(() => {
    process.removeAllListeners("SIGINT");
    process.kill(process.pid, "SIGINT");
  }, 50);
}

/** A joined file that clearly cannot be is told before anything is asked for, not when the first chunk comes. */
async function checkJoin(file: string | undefined): Promise<void> {
  if (file === "-" && process.stdout.isTTY)
    throw new CardumeError(
      "join-unusable",
      "standard output is a terminal: pipe it into a player, or name a file with --join FILE",
    );
  if (file === undefined || file === "-") return;
  const isFolder = (path: string): Promise<boolean> =>
    stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  if (await isFolder(file)) throw new CardumeError("join-unusable", `cannot write to ${file}: it is a folder`);
  if (!(await isFolder(dirname(file))))
    throw new CardumeError("join-unusable", `cannot write to ${file}: no such folder`);
}

async function createLog(folder: string, localIp: number, chunks: number): Promise<ChunkLog> {
  try {
    return await ChunkLog.create(folder, localIp, chunks);
  } catch (cause) {
    throw new CardumeError("log-refused", `cannot write the log in ${folder}: ${(cause as Error).message}`, {
      exitCode: EXIT.refused,
      cause,
    });
  }
}

/** Single files unless the chunks are joined; both when a folder is named as well. */
async function sinksFor(flags: ClientFlags, folder: string): Promise<ChunkSink[]> {
  const sinks: ChunkSink[] = [];
  if (flags.join !== undefined) sinks.push(new InOrder(await targetFor(flags.join)));
  if (flags.join === undefined || flags.out !== undefined) sinks.push(new ChunkFiles(folder));
  return sinks;
}

const isFifo = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFIFO(),
    () => false,
  );

/** Whether `--join` names standard output: `-`, or a path such as /dev/stdout. */
async function isStdout(file: string | undefined): Promise<boolean> {
  if (file === undefined || file === "-") return file === "-";
  const stats = await stat(file).catch(() => undefined);
  const own = fstatSync(1);
  return stats !== undefined && !stats.isCharacterDevice() && stats.dev === own.dev && stats.ino === own.ino;
}

async function targetFor(file: string): Promise<ByteTarget> {
  if (file === "-") return new StreamTarget(process.stdout);
  // What a symbolic link names is written, and the link stays.
  const path = await realpath(file).catch(() => file);
  return new FileTarget(path, await isFifo(path));
}

function exitCodeOf({ error, aborted, missing }: ClientResult): number {
  // A player that was closed has had what it wanted: the pipe's end is no fault of the machine.
  const isClosed = (error as NodeJS.ErrnoException | undefined)?.code === "EPIPE";
  if (aborted && (error === undefined || isClosed)) return EXIT.interrupted;
  if (error !== undefined) return isClosed ? EXIT.incomplete : EXIT.refused;
  return missing.length > 0 ? EXIT.incomplete : EXIT.done;
}
