/** What one fetch took, whoever made it. */
export interface Run {
  /** From the question to the last byte verified and written; nobody syncs for it. */
  readonly ms: number;
  /** The same until everything is on the disk for certain. */
  readonly keptMs: number;
  /** Of all senders together. */
  readonly senderCpuS: number;
  readonly cpuS: number;
  /** Of the largest sender. */
  readonly senderMaxRssMiB: number;
  readonly maxRssMiB: number;
  /** CPU-s by thread; ours only. */
  readonly threads?: readonly ThreadTime[];
  /** The receiver's main thread; ours only. */
  readonly delayP99Ms?: number;
  /** Until the first body; ours only. */
  readonly firstMs?: number;
}

/** What one kind of thread has used. */
export interface ThreadTime {
  readonly process: "holder" | "client";
  readonly thread: string;
  readonly cpuS: number;
}
