import { expect, onTestFinished, test } from "vitest";
import { NETWORK } from "../../src/core/limits.ts";
import { directPairs, libp2pPairs } from "../contract/support/carriers.ts";
import { record, sent } from "../contract/support/recorder.ts";

const MIB = 1_048_576;

/** Closes a carrier whose other side takes nothing. @returns what it says then, and how long that took in ms */
async function closeUnread(make: typeof directPairs): Promise<{ said: unknown[]; tookMs: number }> {
  const pairs = await make();
  onTestFinished(() => pairs.close());
  const { client, holder } = await pairs.pair();
  const other = record(holder);
  record(client, false);
  client.pause();
  const telling = sent(holder, new Uint8Array(64 * MIB));
  const atMs = performance.now();
  await Promise.all([holder.close(), other.untilEnd()]);
  const tookMs = performance.now() - atMs;
  client.destroy();
  return { said: [await telling, other.end], tookMs };
}

test("carriers that are closing, and whose other side takes nothing, end by themselves and tell what did not leave", async () => {
  const runs = await Promise.all([closeUnread(directPairs), closeUnread(libp2pPairs)]);
  for (const { said, tookMs } of runs) {
    expect(said).toEqual([false, "the other side takes nothing more"]);
    expect(tookMs).toBeGreaterThan(NETWORK.closingCarrierMs - 100);
    expect(tookMs).toBeLessThan(2 * NETWORK.closingCarrierMs + 3000);
  }
});
