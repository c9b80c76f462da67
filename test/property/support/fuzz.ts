import { Random } from "./random.ts";
import { SEED } from "./seed.ts";

/** One life of the thing under test: inputs follow each other, and each is prepared, run and judged. */
export interface Episode {
  /** Chooses the next input. Not timed. */
  prepare(): void;
  /** Hands it over. Timed. */
  run(): void;
  /** @throws Error when the outcome breaks a rule. Not timed. */
  judge(): void;
  /** After the last input. @throws Error when what was begun does not come to its end. */
  end?(): void;
}

/** Starts an episode: everything that it does is to come from `random`. */
export type Start = (random: Random) => Episode;

/** How much is tried. */
export interface Budget {
  readonly inputs: number;
  readonly inputsPerEpisode: number;
}

/** An input may take this much CPU time; a third time in a row over it is a finding, so that a pause is none. */
const MAX_CPU_MS = 10;
const CPU_TRIES = 3;

/**
 * Tries `budget.inputs` inputs in episodes of a fixed length, and returns how many were run.
 * @throws Error with the number that replays it, at the first broken rule, exception or slow input
 */
export function fuzz(start: Start, budget: Budget): number {
  let inputs = 0;
  for (let number = 0; inputs < budget.inputs; number++) {
    let step = 0;
    try {
      const episode = start(new Random(episodeSeed(number)));
      for (; step < budget.inputsPerEpisode; step++, inputs++)
        // Wall time is never less than CPU time and much cheaper to read.
        if (tryOne(episode) > MAX_CPU_MS) assertFast(start, number, step);
      episode.end?.();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`SEED=${SEED} episode ${number} input ${step} (${inputs} before): ${reason}`, { cause });
    }
  }
  return inputs;
}

/** One input. Returns how long it took, in ms of wall time. */
function tryOne(episode: Episode): number {
  episode.prepare();
  const startedAtMs = performance.now();
  episode.run();
  const tookMs = performance.now() - startedAtMs;
  episode.judge();
  return tookMs;
}

/** Golden-ratio steps: neighbouring episodes start far apart. */
const episodeSeed = (number: number): number => (SEED + Math.imul(number + 1, 0x9e3779b1)) >>> 0;

/** A slow input is run again from the start of its episode, which brings it to the same state. */
function assertFast(start: Start, number: number, step: number): void {
  let cpuMs = 0;
  for (let attempt = 0; attempt < CPU_TRIES; attempt++) {
    const episode = start(new Random(episodeSeed(number)));
    for (let before = 0; before < step; before++) tryOne(episode);
    episode.prepare();
    // This thread only: what the test runner's other threads do is none of the input's doing.
    const from = process.threadCpuUsage();
    episode.run();
    const { user, system } = process.threadCpuUsage(from);
    cpuMs = (user + system) / 1000;
    if (cpuMs <= MAX_CPU_MS) return;
  }
  throw new Error(`took ${cpuMs.toFixed(1)} ms of CPU, over ${MAX_CPU_MS} ms ${CPU_TRIES} times in a row`);
}
