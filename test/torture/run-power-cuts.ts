import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NODE } from "../integration/support/places.ts";
import type { Flaw } from "./cutting-disk.ts";
import { CUTS_PER_ERA, type CutReport } from "./era.ts";
import type { Counts } from "./ledger.ts";

/** How power is cut. */
export interface PowerCutOptions {
  readonly seed: number;
  readonly cuts: number;
  /** The number of the first cut: a multiple of ten. What is replayed begins here. */
  readonly first?: number;
  /** Disks side by side. */
  readonly rigs?: number;
  readonly flaw?: Flaw | undefined;
  /** Where the catalogue is: in the library, as it is for people; on a disk that is not cut; by turns. */
  readonly catalogue?: "here" | "elsewhere" | "both";
  /** Ends everything after the first loss. */
  readonly untilLoss?: boolean;
  /** Ends everything early. */
  readonly signal?: AbortSignal;
  /** Called for each cut. */
  readonly onCut?: (result: CutResult) => void;
}

/** What a rig is started with. */
export interface RigOptions {
  readonly seed: number;
  readonly first: number;
  readonly cuts: number;
  readonly rig: number;
  readonly rigs: number;
  readonly folder: string;
  readonly logs: string;
  readonly flaw: Flaw | undefined;
  readonly catalogue: "here" | "elsewhere" | "both";
}

/** How one cut went, and what was acknowledged before it. */
export interface CutResult extends CutReport {
  readonly cut: number;
  readonly counts: Counts;
  readonly isElsewhere: boolean;
  readonly logPath: string;
}

/** How all of them went. */
export interface PowerCutSummary {
  readonly cuts: number;
  readonly counts: Counts;
  readonly goodChunks: number;
  readonly leftovers: number;
  readonly slowestOpenMs: number;
  readonly seconds: number;
  /** Cuts after which something acknowledged was not true, by number. */
  readonly losses: readonly CutResult[];
  /** What rigs said that died, if any did. */
  readonly died: readonly string[];
}

/** More than two would wait for each other's disk. */
const RIGS = Math.max(2, availableParallelism());

const IN_OWN_NAMESPACE = ["unshare", "--mount", "--propagation", "private"] as const;
const RIG = fileURLToPath(new URL("rig.ts", import.meta.url));

/** Cuts power so often, and says what was lost. The logs of what was acknowledged are kept when anything was. */
export async function runPowerCuts(options: PowerCutOptions): Promise<PowerCutSummary> {
  const { seed, cuts, first = 0, rigs = RIGS, flaw, catalogue = "both", untilLoss = false } = options;
  const folder = mkdtempSync(join(tmpdir(), "cardume-power-cuts-"));
  const logs = join(folder, "logs");
  mkdirSync(logs);
  const startedAt = performance.now();
  const results: CutResult[] = [];
  const enough = new AbortController();
  const signal = options.signal === undefined ? enough.signal : AbortSignal.any([options.signal, enough.signal]);
  const take = (result: CutResult): void => {
    results.push(result);
    options.onCut?.(result);
    if (untilLoss && result.problems.length > 0) enough.abort();
  };
  const rigOptions = { seed, first, cuts, rigs, folder, logs, flaw, catalogue };
  const died = await Promise.all(
    Array.from({ length: rigs }, (_, rig) => runRig({ ...rigOptions, rig }, take, signal)),
  );
  const summary = summed(results, died.flat(), (performance.now() - startedAt) / 1000);
  const isToBeKept = summary.died.length > 0 || (flaw === undefined && summary.losses.length > 0);
  if (!isToBeKept) rmSync(folder, { recursive: true, force: true });
  return summary;
}

/** In a mount namespace of its own: nobody else sees the disk, and it goes with its processes, however they end. */
async function runRig(options: RigOptions, take: (result: CutResult) => void, signal: AbortSignal): Promise<string[]> {
  const [command, ...words] = IN_OWN_NAMESPACE;
  const rig = spawn(command, [...words, NODE, RIG, JSON.stringify(options)], { stdio: ["pipe", "pipe", "pipe"] });
  const stop = (): void => {
    rig.stdin.end();
  };
  signal.addEventListener("abort", stop);
  const said: string[] = [];
  rig.stderr.on("data", (bytes: Buffer) => said.push(String(bytes)));
  const ended = new Promise<number | null>((resolve) => rig.once("close", resolve));
  for await (const line of createInterface({ input: rig.stdout })) take(JSON.parse(line) as CutResult);
  const code = await ended;
  signal.removeEventListener("abort", stop);
  return code === 0 || signal.aborted ? [] : [`rig ${options.rig} ended with ${code}:\n${said.join("")}`];
}

/** How to see a loss again, as far as timing allows: the library that had it, with the cuts before it. */
export const howToReplay = (seed: number, { cut }: CutResult): string =>
  `npm run torture:disk -- --seed ${seed} --first ${cut - (cut % CUTS_PER_ERA)} --cuts ${CUTS_PER_ERA}`;

/** What was lost after one cut, for people. */
export const describeLoss = ({ cut, problems, isElsewhere, logPath }: CutResult): string =>
  [
    `cut ${cut}, catalogue ${isElsewhere ? "on another disk" : "in the library"}, log ${logPath}:`,
    ...problems.map((problem) => `  ${problem}`),
  ].join("\n");

function summed(results: readonly CutResult[], died: readonly string[], seconds: number): PowerCutSummary {
  const total = (of: (result: CutResult) => number): number => results.reduce((sum, one) => sum + of(one), 0);
  const counts: Counts = {
    acknowledged: total((one) => one.counts.acknowledged),
    chunks: total((one) => one.counts.chunks),
    added: total((one) => one.counts.added),
    titled: total((one) => one.counts.titled),
    removed: total((one) => one.counts.removed),
    exported: total((one) => one.counts.exported),
  };
  return {
    cuts: results.length,
    counts,
    goodChunks: total((one) => one.goodChunks),
    leftovers: total((one) => one.leftovers),
    slowestOpenMs: Math.max(0, ...results.map((one) => one.openMs)),
    seconds,
    losses: results.filter((one) => one.problems.length > 0).sort((one, other) => one.cut - other.cut),
    died,
  };
}
