import type { PeerId, PeerInfo, PeerRouting, RoutingOptions } from "@libp2p/interface";
import { monotonicMs } from "../runtime/clock.ts";

/** The least time from one walk to the next. */
const WALK_GAP_MS = 60_000;

/**
 * The hash table's routing, for those parts of libp2p that walk it at random (relay search, AutoNAT). They begin the next
 * walk the moment one has ended, for as long as they have not found what they look for, which may be for ever: here each
 * waits its time. The table's own look-ups do not come this way.
 */
export class CalmRouting implements PeerRouting {
  readonly #routing: PeerRouting;
  #nextAtMs = 0;

  constructor(routing: PeerRouting) {
    this.#routing = routing;
  }

  findPeer(peer: PeerId, options?: RoutingOptions): Promise<PeerInfo> {
    return this.#routing.findPeer(peer, options);
  }

  async *getClosestPeers(key: Uint8Array, options?: RoutingOptions): AsyncGenerator<PeerInfo> {
    const nowMs = monotonicMs();
    const waitMs = Math.max(0, this.#nextAtMs - nowMs);
    this.#nextAtMs = nowMs + waitMs + WALK_GAP_MS;
    if (waitMs > 0) await pause(waitMs, options?.signal ?? undefined);
    yield* this.#routing.getClosestPeers(key, options);
  }
}

/** @throws the signal's reason when it comes first */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => reject(signal?.reason);
  const timer = setTimeout(resolve, ms).unref();
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  });
}
