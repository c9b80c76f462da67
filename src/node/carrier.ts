/**
 * A duplex byte stream to one authenticated peer, under the fetch protocol: a libp2p stream, or a direct TLS socket. One
 * contract suite holds for all.
 */
export interface Carrier {
  readonly kind: "direct" | "libp2p";
  /** The other side's peer id in text, proven. */
  readonly peer: string;
  /** In ms, what one round trip took when it was opened and idle; `undefined`: that is not known. */
  readonly roundTripMs?: number | undefined;
  /** Bytes given to {@link send} that the system has not taken yet. */
  readonly queuedBytes: number;
  /** Begins to take what comes. Nothing is lost that came before. */
  start(sink: CarrierSink): void;
  /**
   * Sends parts one behind the other. They must not change until `onSent`, which is called once, also when the stream
   * has ended meanwhile (`false`).
   */
  send(parts: readonly Uint8Array[], onSent?: (isSent: boolean) => void): void;
  /** Stops taking what comes, so that the other side is held back; {@link resume} goes on. */
  pause(): void;
  resume(): void;
  /** Sends what was given, then ends. Resolves when it has ended, however. */
  close(): Promise<void>;
  /** Ends at once. */
  destroy(reason?: string): void;
}

/** Who takes what a {@link Carrier} brings. */
export interface CarrierSink {
  /** The next bytes: a view that is valid during the call only. */
  bytes(view: Uint8Array): void;
  /** Called once, last of all. `undefined`: the other side ended it in good order. */
  ended(reason: string | undefined): void;
}
