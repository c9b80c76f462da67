import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CardumeError } from "../core/errors.ts";
import type { Address } from "../core/wire/address.ts";
import { FileTarget, StreamTarget } from "../original/byte-targets.ts";
import { ChunkFiles } from "../original/chunk-files.ts";
import { ChunkLog } from "../original/chunk-log.ts";
import type { ChunkSink } from "../original/chunk-sink.ts";
import { type ClientResult, clientIp, runClient } from "../original/client-process.ts";
import { type ByteTarget, InOrder } from "../original/in-order.ts";
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
  const folder = await outFolder(flags.out);
  const localIp = await clientIp(contact);
  const log = await createLog(folder, localIp, ids.length);
  const toStdout = flags.join === "-";
  const reporter = new FetchReporter(toStdout ? process.stderr : process.stdout, flags.json === true, ids.length);
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  reporter.started(contact, ids);
  try {
    const result = await runClient({
      contact,
      ids,
      order: toStdout ? "sequence" : "rarest",
      dialect: flags.dialect,
      allowPublic: flags.allowPublic === true,
      sinks: await sinksFor(flags, folder),
      log,
      localIp,
      signal: abort.signal,
      onChunk: (chunk) => reporter.chunk(chunk),
      onEvent: (event) => reporter.event(event),
    });
    reporter.ended(result, log.path);
    return exitCodeOf(result);
  } finally {
    reporter.stop();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** The folder for chunks and log, made if need be. */
async function outFolder(out: string | undefined): Promise<string> {
  const folder = out ?? ".";
  try {
    await mkdir(folder, { recursive: true });
    if (!(await stat(folder)).isDirectory()) throw new Error("it is not a folder");
    return folder;
  } catch (cause) {
    throw new CardumeError("folder-unusable", `cannot use ${folder} for output: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** A joined file that cannot be is told before anything is asked for, not when the first chunk comes. */
async function checkJoin(file: string | undefined): Promise<void> {
  if (file === undefined || file === "-") return;
  const isFolder = async (path: string): Promise<boolean> =>
    await stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  const why = (await isFolder(file))
    ? "it is a folder"
    : (await isFolder(dirname(file)))
      ? undefined
      : "no such folder";
  if (why !== undefined) throw new CardumeError("join-unusable", `cannot write to ${file}: ${why}`);
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

async function targetFor(file: string): Promise<ByteTarget> {
  if (file === "-") return new StreamTarget(process.stdout);
  const isFifo = await stat(file).then(
    (stats) => stats.isFIFO(),
    () => false,
  );
  return new FileTarget(file, isFifo);
}

function exitCodeOf({ error, aborted, missing }: ClientResult): number {
  // A player that was closed has had what it wanted: the pipe's end is no fault of the machine.
  if (error !== undefined) return (error as NodeJS.ErrnoException).code === "EPIPE" ? EXIT.incomplete : EXIT.refused;
  if (aborted) return EXIT.interrupted;
  return missing.length > 0 ? EXIT.incomplete : EXIT.done;
}
