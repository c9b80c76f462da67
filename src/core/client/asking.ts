import type { Scheduler } from "../transfer/scheduler.ts";
import type { Holder } from "./holder.ts";

/** What is needed to decide what to ask now. */
export interface AskContext {
  readonly scheduler: Scheduler;
  readonly holders: readonly Holder[];
  /** Requests that may be in flight over all holders. */
  readonly maxInFlight: number;
  /** Any number: the turn begins with this holder, so that the first does not always get the last chunks. */
  readonly firstHolder: number;
  readonly nowMs: number;
}

/** A chunk is late for another holder when it could have fetched it so many times over … */
const LATE_ROUND_TRIPS = 4;
/** … and never before this long, in ms: the pauses of a busy machine are shorter. */
const LATE_MIN_MS = 50;

/** Takes items for every holder with room, one a holder and turn, and counts them as sent. Holder → its items. */
export function askHolders(context: AskContext): Map<Holder, number[]> {
  const { scheduler, holders, nowMs } = context;
  const asked = new Map<Holder, number[]>();
  let free = context.maxInFlight - inFlight(holders);
  let willing = holders.filter((holder) => holder.isWorthAsking && !holder.isDead);
  if (willing.length > 1) {
    const first = context.firstHolder % willing.length;
    willing = [...willing.slice(first), ...willing.slice(0, first)];
  }
  while (willing.length > 0 && free > 0 && scheduler.pending > 0) {
    willing = willing.filter((holder) => {
      if (free <= 0) return false;
      const item = scheduler.next(holder.index, nowMs);
      if (item < 0) return false;
      take(context, holder, item, asked);
      free--;
      return holder.room > 0;
    });
  }
  return asked;
}

/**
 * The end of a fetch, when nothing is left to ask for: chunks that are late at their holder are asked of a second
 * one that has them, has room, and is known to answer sooner. Adds to `asked`.
 */
export function hedgeLate(context: AskContext, asked: Map<Holder, number[]>): void {
  const { scheduler, holders, nowMs } = context;
  const helpers = holders.filter((holder) => holder.room > 0 && !holder.givenUp && !Number.isNaN(holder.rttMs));
  if (helpers.length === 0) return;
  for (const slow of holders) {
    // A holder that never answered has its first time-out, which the contract sets, before anything of it is late.
    if (Number.isNaN(slow.rttMs)) continue;
    for (const { item, sentAtMs } of [...slow.flights.items()]) {
      const helper = helpers.find(
        (candidate) =>
          candidate !== slow &&
          candidate.room > 0 &&
          nowMs - sentAtMs >= Math.max(LATE_MIN_MS, LATE_ROUND_TRIPS * candidate.rttMs) &&
          scheduler.mayHedge(candidate.index, item),
      );
      if (helper !== undefined) take(context, helper, item, asked);
    }
  }
}

function take({ scheduler, nowMs }: AskContext, holder: Holder, item: number, asked: Map<Holder, number[]>): void {
  scheduler.asked(item);
  holder.sent(item, nowMs);
  const items = asked.get(holder);
  if (items === undefined) asked.set(holder, [item]);
  else items.push(item);
}

function inFlight(holders: readonly Holder[]): number {
  let count = 0;
  for (const holder of holders) count += holder.flights.size;
  return count;
}
