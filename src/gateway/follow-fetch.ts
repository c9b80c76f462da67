import type { RunningFetch } from "../node/node-types.ts";
import { apiProgress, apiResult } from "./api-node-values.ts";
import { PROGRESS_MS, within } from "./within.ts";

/**
 * A fetch as one follower is told of it: its progress five times a second, or as often as the follower reads, and last of
 * all its result. A follower who goes stops it, if there is no other.
 */
export async function* followFetch(fetch: RunningFetch, signal: AbortSignal): AsyncGenerator<object> {
  const stop = (): void => fetch.stop();
  signal.addEventListener("abort", stop, { once: true });
  let hasEnded = false;
  try {
    for (;;) {
      yield { progress: apiProgress(fetch.progress()) };
      const result = await within(fetch.done, PROGRESS_MS);
      if (result === undefined) continue;
      hasEnded = true;
      yield { result: apiResult(result) };
      return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    if (!hasEnded) fetch.stop();
  }
}
