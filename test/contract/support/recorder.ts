import type { Carrier, CarrierSink } from "../../../src/node/carrier.ts";

/** A sink that keeps what comes, and lets a test wait for it. */
export class Recorder implements CarrierSink {
  bytesCome = 0;
  /** Of the end: `undefined` before, then the reason, or "well". */
  end: string | undefined;
  readonly faults: string[] = [];
  readonly #isKept: boolean;
  readonly #views: Uint8Array[] = [];
  readonly #waiting: { until: () => boolean; resolve: () => void }[] = [];

  constructor(isKept = true) {
    this.#isKept = isKept;
  }

  /** Everything that came. */
  get all(): Buffer {
    return Buffer.concat(this.#views);
  }

  bytes(view: Uint8Array): void {
    if (this.end !== undefined) this.faults.push("bytes after the end");
    if (view.length === 0) this.faults.push("no bytes");
    this.bytesCome += view.length;
    if (this.#isKept) this.#views.push(view.slice());
    this.#look();
  }

  ended(reason: string | undefined): void {
    if (this.end !== undefined) this.faults.push("ended twice");
    this.end = reason ?? "well";
    this.#look();
  }

  /** Resolves when so many bytes have come in all. */
  until(bytes: number): Promise<void> {
    return this.#wait(() => this.bytesCome >= bytes);
  }

  /** Resolves when the end has come. */
  untilEnd(): Promise<void> {
    return this.#wait(() => this.end !== undefined);
  }

  #wait(until: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ until, resolve });
      this.#look();
    });
  }

  #look(): void {
    for (const { until, resolve } of this.#waiting) if (until()) resolve();
  }
}

/** Starts a carrier with a sink that keeps what comes. */
export function record(carrier: Carrier, isKept = true): Recorder {
  const recorder = new Recorder(isKept);
  carrier.start(recorder);
  return recorder;
}

/** Sends, and resolves with what `onSent` says. */
export const sent = (carrier: Carrier, ...parts: Uint8Array[]): Promise<boolean> =>
  new Promise((resolve) => carrier.send(parts, resolve));
