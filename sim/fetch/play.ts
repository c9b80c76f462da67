import { LEAF_BYTES } from "../../src/core/content/geometry.ts";
import { FetchRun } from "./fetch-run.ts";
import type { FetchPlan } from "./fetch-scenario.ts";

/** How a playback went. Times in ms. */
export interface Playback {
  readonly run: FetchRun;
  /** Until the first leaf was there. */
  readonly startMs: number;
  /** Pauses after the start: when each began, and how long it was. */
  readonly pauses: readonly { readonly atMs: number; readonly ms: number }[];
}

/** A step of the player's clock, and how often it tells where it is. */
const STEP_MS = 10;
const TELL_MS = 200;
const BETWEEN_JUMPS_MS = 1500;

/** A player that begins when so many bytes are there, and goes on at its rate whenever the next byte is there. */
export function play(seed: number, plan: FetchPlan, bytesPerMs: number, bufferBytes: number): Playback {
  const run = new FetchRun(seed, plan);
  const have = seen(run);
  const pauses: { atMs: number; ms: number }[] = [];
  let position = 0;
  let startMs = Number.NaN;
  for (let nowMs = 0; position < run.geometry.leaves && nowMs < 600_000; nowMs += STEP_MS) {
    run.waitUntil(nowMs);
    if (nowMs % TELL_MS === 0) {
      const at = { position: Math.floor(position) * LEAF_BYTES, end: plan.bytes };
      run.tell({ type: "reader", reader: 1, ...at, bytesPerSecond: bytesPerMs * 1000 });
    }
    if (Number.isNaN(startMs) && !hasAll(have, bufferBytes / LEAF_BYTES)) continue;
    if (Number.isNaN(startMs)) startMs = nowMs;
    const target = Math.min(run.geometry.leaves, position + (bytesPerMs * STEP_MS) / LEAF_BYTES);
    while (position < target && have.has(Math.floor(position))) position = Math.min(target, Math.floor(position) + 1);
    if (position < target) pause(pauses, nowMs);
  }
  return { run, startMs, pauses };
}

/** One step in which nothing could be played: of the pause that lasts, or of a new one. */
function pause(pauses: { atMs: number; ms: number }[], nowMs: number): void {
  const last = pauses.at(-1);
  if (last !== undefined && last.atMs + last.ms === nowMs) last.ms += STEP_MS;
  else pauses.push({ atMs: nowMs, ms: STEP_MS });
}

/** The leaves of the video that are verified, as they come. */
function seen(run: FetchRun): Set<number> {
  const have = new Set<number>();
  run.onVerified = ({ chunk, firstLeaf, leaves }) => {
    for (let leaf = 0; leaf < leaves; leaf++) have.add(chunk * run.geometry.leavesPerChunk + firstLeaf + leaf);
    run.onLeaves();
  };
  return have;
}

function hasAll(have: ReadonlySet<number>, leaves: number): boolean {
  for (let leaf = 0; leaf < leaves; leaf++) if (!have.has(leaf)) return false;
  return true;
}

/** How long it takes after each jump of a reader until the first slice of the new position is verified, in ms. */
export function jumps(seed: number, plan: FetchPlan, bytesPerMs: number, positions: readonly number[]): number[] {
  const run = new FetchRun(seed, plan);
  const have = seen(run);
  return [0, ...positions]
    .map((position, index) => {
      const askedAtMs = index * BETWEEN_JUMPS_MS;
      run.waitUntil(askedAtMs);
      let arrivedAtMs = Infinity;
      run.onLeaves = () => {
        if (arrivedAtMs === Infinity && have.has(Math.floor(position / LEAF_BYTES))) arrivedAtMs = run.nowMs;
      };
      run.onLeaves();
      run.tell({ type: "reader", reader: 1, position, end: plan.bytes, bytesPerSecond: bytesPerMs * 1000 });
      run.waitUntil(askedAtMs + BETWEEN_JUMPS_MS);
      return arrivedAtMs - askedAtMs;
    })
    .slice(1);
}
