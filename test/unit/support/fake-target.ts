import type { ByteTarget } from "../../../src/original/in-order.ts";

/** A target in memory whose writes a test can hold back, let go, and let fail. */
export class FakeTarget implements ByteTarget {
  readonly isLive: boolean;
  readonly writes: Uint8Array[] = [];
  closed: "open" | "well" | "after a failure" = "open";
  /** Fails the write with this number, from 0. */
  failAt: number = Infinity;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => {};

  constructor(isLive = true) {
    this.isLive = isLive;
  }

  /** Everything that was written. */
  get text(): string {
    return Buffer.concat(this.writes).toString("latin1");
  }

  /** No write ends from now on … */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  /** … until now. */
  release(): void {
    this.#open();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.writes.length >= this.failAt) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    // A copy: the caller may use its buffer again once the write is over.
    this.writes.push(Uint8Array.from(bytes));
    await this.#gate;
  }

  close(failed: boolean): Promise<void> {
    this.closed = failed ? "after a failure" : "well";
    return Promise.resolve();
  }
}

/** Lets everything that is ready happen, over several turns of the event loop: no time is waited for. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** The bytes of a text. */
export const chunkOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
