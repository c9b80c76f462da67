import type { ApiFound, ApiProgress, ApiResult } from "../src/gateway/api-node-values.ts";
import type { LabNode } from "./lab-node.ts";

/** How far a fetch was, so many ms after it was asked for. */
export interface Sample {
  readonly atMs: number;
  readonly progress: ApiProgress;
}

/** A fetch that has ended. */
export interface WatchedFetch {
  readonly result: ApiResult;
  /** From asking to the answer that everything is kept. */
  readonly ms: number;
  /** From asking to the first sample with a body, and how many bytes had come by then. */
  readonly first: { readonly atMs: number; readonly bytes: number };
}

/** What may happen while a fetch is under way: told of each sample with a body, in order. */
export type OnSample = (sample: Sample) => void | Promise<void>;

const SAMPLE_MS = 25;
/** A fetch that gets nothing for so long is stuck. */
const STUCK_MS = 60_000;

/** Has a node fetch a video, and looks on, forty times a second. */
export async function watchFetch(
  client: LabNode,
  id: string,
  onSample: OnSample = () => {},
  holders?: readonly ApiFound[],
): Promise<WatchedFetch> {
  const startedAtMs = performance.now();
  let first: WatchedFetch["first"] | undefined;
  let isOver = false;
  const asked = client.api.fetch(id, holders).then((result) => ({ result, ms: performance.now() - startedAtMs }));
  asked.catch(() => {}); // seen below
  const sampled = async (sample: Sample): Promise<void> => {
    first ??= { atMs: sample.atMs, bytes: sample.progress.receivedBytes };
    await onSample(sample);
  };
  const watched = (async () => {
    let newest = { atMs: 0, bytes: 0 };
    while (!isOver) {
      const progress = (await client.api.fetches()).find((one) => one.id === id);
      const atMs = performance.now() - startedAtMs;
      if (newest.bytes !== progress?.heldBytes) newest = { atMs, bytes: progress?.heldBytes ?? 0 };
      if (atMs - newest.atMs > STUCK_MS) throw new Error(`stuck for a minute: ${JSON.stringify(progress)}`);
      if (progress !== undefined && progress.receivedBytes > 0) await sampled({ atMs, progress });
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  try {
    // What went wrong while looking on ends it, too.
    const { result, ms } = await Promise.race([asked, watched.then(() => asked)]);
    return { result, ms, first: first ?? { atMs: ms, bytes: 0 } };
  } finally {
    isOver = true;
    await watched;
  }
}

/** Bytes a ms from the first that came to the last that was kept. */
export const rateOf = ({ result, ms, first }: WatchedFetch): number =>
  (result.progress.bytes - first.bytes) / (ms - first.atMs);

/** A row for each holder of a fetch: its name, carrier, MiB, MB/s over the whole time, and how it ended. */
export const holderRows = ({ result, ms }: WatchedFetch, nameOf: (peer: string) => string): string[][] =>
  result.progress.holders.map(({ peer, carrier, receivedBytes, state, reason }) => [
    nameOf(peer),
    carrier ?? "–",
    (receivedBytes / 1_048_576).toFixed(1),
    (receivedBytes / 1000 / ms).toFixed(2),
    state + (reason === null ? "" : `: ${reason}`),
  ]);

/** The head of {@link holderRows}. */
export const HOLDER_HEAD: readonly string[] = ["holder", "carrier", "MiB", "MB/s", "state"];
