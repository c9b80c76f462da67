import type { Lab } from "../lab.ts";
import { type Demand, type Outcome, round } from "../scenario.ts";
import { HOLDER_HEAD, holderRows, rateOf, type WatchedFetch } from "../watched-fetch.ts";

/** What most scenarios show: a table of a fetch's holders, its figures, and what was demanded. */
export function outcomeOf(
  lab: Lab,
  fetch: WatchedFetch,
  demands: readonly Demand[],
  more: Record<string, number> = {},
): Outcome {
  const { bytes, receivedBytes, wastedBytes } = fetch.result.progress;
  const all = [
    round(receivedBytes / 1_048_576),
    round(receivedBytes / 1000 / fetch.ms),
    `${fetch.result.outcome} in ${round(fetch.ms)} ms`,
  ];
  return {
    head: HOLDER_HEAD,
    rows: [...holderRows(fetch, (peer) => lab.nameOf(peer)), ["all", "", ...all]],
    demands,
    figures: {
      ms: fetch.ms,
      firstMs: fetch.first.atMs,
      bytesPerMs: rateOf(fetch),
      bytes,
      receivedBytes,
      wastedBytes,
      ...more,
    },
  };
}
