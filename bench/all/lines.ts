import type { EmulatedNode } from "../../lab/emulator/emulator.ts";
import { type LinkShape, line, megabits } from "../../lab/shaping/link-shape.ts";
import type { Figures, Stand } from "./side.ts";
import { treeUsage } from "./usage.ts";

const FAST_MBIT = 50;
const SLOW_MBIT = 0.25;
const DELAY_MS = 20;

/** Work 5: three even holders, of which the first is killed, and a slow one. */
export const ROUGH_LINES: readonly LinkShape[] = [FAST_MBIT, FAST_MBIT, FAST_MBIT, SLOW_MBIT].map((mbit) =>
  line(mbit, DELAY_MS),
);

/** The longest that a fetch over them may take: what is slower by an order of magnitude does not get over it. */
export const ROUGH_PATIENCE_MS = 120_000;

/**
 * Runs a fetch over {@link ROUGH_LINES}, and kills a holder when the lines have had time for half of the bytes, whoever
 * fetches. `go` begins, and resolves with how many ms it took. @returns the figures of work 5
 */
export async function rough(bytes: number, kill: () => Promise<void>, go: () => Promise<number>): Promise<Figures> {
  const before = 3 * megabits(FAST_MBIT) + megabits(SLOW_MBIT);
  const after = before - megabits(FAST_MBIT);
  const killAtMs = bytes / 2 / before;
  let killing: Promise<void> | undefined;
  const timer = setTimeout(() => {
    killing = kill();
  }, killAtMs);
  try {
    const ms = await go();
    if (killing === undefined) throw new Error("the fetch was over before the holder was killed");
    return { share: bytes / (before * killAtMs + after * (ms - killAtMs)), s: ms / 1000 };
  } finally {
    clearTimeout(timer);
    await killing;
  }
}

/** Work 6: of so many holders the latter half lies. */
export const LIAR_LINES: readonly LinkShape[] = [1, 2, 3, 4].map(() => line(100, 5));
/** How many of them do not. */
export const HONEST = 2;

/** The longest that a fetch from liars may take. */
export const LIARS_PATIENCE_MS = 120_000;

/** The figures of work 6; what was received is counted at the holders' lines, whatever protocol it was. */
export const liarFigures = (ms: number, bytes: number, holders: readonly EmulatedNode[]): Figures => ({
  s: ms / 1000,
  received: holders.reduce((sum, { line: { upBytes } }) => sum + upBytes, 0) / bytes,
});

/** Neighbours of work 8. */
export const NEIGHBOURS = 4;
const SETTLE_SHARE = 1 / 6;

/** What a process and its line do when there is nothing to do. @returns the figures of work 8 */
export async function idleFigures({ sizes }: Stand, pid: number, { line: own }: EmulatedNode): Promise<Figures> {
  await wait(sizes.idleMs * SETTLE_SHARE);
  const [before, beforeBytes] = [treeUsage(pid), own.upBytes + own.downBytes];
  const startedAtMs = performance.now();
  await wait(sizes.idleMs);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const after = treeUsage(pid);
  return {
    rssMiB: after.rssMiB,
    cpuPercent: (100 * (after.cpuS - before.cpuS)) / seconds,
    bytesPerS: (own.upBytes + own.downBytes - beforeBytes) / seconds / NEIGHBOURS,
  };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
