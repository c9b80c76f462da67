import type { Connection } from "@libp2p/interface";
import { NETWORK } from "../core/limits.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { Engine } from "./engine-types.ts";

/** How often it is looked. */
const LOOK_MS = 15_000;

/**
 * Closes connections that nothing uses: no stream of Cardume's over them, and no part of libp2p (a relay, the hash table)
 * that has marked the peer as one to keep.
 */
export class IdleConnections {
  readonly #engine: Engine;
  /** By the connection's id, since when it has been idle. */
  #idleSinceMs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(monotonicMs()), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks at all connections, and closes those that have been idle too long at this time. */
  async look(nowMs: number): Promise<void> {
    const before = this.#idleSinceMs;
    this.#idleSinceMs = new Map();
    for (const connection of this.#engine.libp2p.getConnections()) {
      if (isUsed(connection) || (await this.#isKept(connection))) continue;
      const sinceMs = before.get(connection.id) ?? nowMs;
      this.#idleSinceMs.set(connection.id, sinceMs);
      if (nowMs - sinceMs >= NETWORK.idleConnectionMs)
        connection.close({ signal: AbortSignal.timeout(1000) }).catch((error: Error) => connection.abort(error));
    }
  }

  async #isKept({ remotePeer }: Connection): Promise<boolean> {
    try {
      return (await this.#engine.libp2p.peerStore.get(remotePeer)).tags.size > 0;
    } catch {
      return false;
    }
  }
}

/** Pings and identify come and go by themselves. */
const isUsed = ({ streams }: Connection): boolean =>
  streams.some(({ protocol }) => /^\/cardume\/(?!ping\/|id\/)/.test(protocol));
