import { chunkLeaves, chunkLength, type Geometry } from "../../src/core/content/geometry.ts";
import { sliceLength, sliceProblem } from "../../src/core/content/proof.ts";
import type { FetchEffect, FetchInput } from "../../src/core/fetch/fetch-types.ts";

type Get = Extract<FetchEffect, { readonly type: "get" }>;

/** A leaf is asked for so many times at most, and so many times more for each holder that there ever was. */
const MAX_ASKS = 6;
const MAX_ASKS_A_HOLDER = 3;

interface Asked {
  readonly get: Get;
  readonly bytes: number;
  hasArrived: boolean;
}

interface Known {
  readonly announced: Set<number>;
  readonly asked: Set<number>;
  verified: boolean;
}

/**
 * Watches what a core is told and what it wants, and says what it must not have wanted. It keeps books of its own, from
 * nothing but inputs and effects.
 */
export class FetchChecker {
  readonly findings: string[] = [];
  readonly #geometry: Geometry;
  readonly #memoryBytes: number;
  readonly #holders = new Map<number, Known>();
  readonly #dropped = new Set<number>();
  readonly #asked = new Map<number, Asked>();
  readonly #leaves = new Map<number, Uint8Array>();
  readonly #unwritten = new Set<number>();
  readonly #there = new Set<number>();
  readonly #asks = new Map<string, number>();
  readonly #said = new Set<string>();
  #slicesBytes = 0;
  #holdersEver = 0;
  mostMemoryBytes = 0;

  constructor(geometry: Geometry, memoryBytes: number, held: (chunk: number) => boolean) {
    this.#geometry = geometry;
    this.#memoryBytes = Math.max(memoryBytes, 2 * geometry.chunkBytes);
    for (let chunk = 0; chunk < geometry.chunks; chunk++) if (held(chunk)) this.#there.add(chunk);
  }

  input(input: FetchInput): void {
    // What is said of another holder's request means nothing.
    if ("request" in input && this.#asked.get(input.request)?.get.holder !== input.holder) return;
    switch (input.type) {
      case "holder":
        this.#holders.set(input.holder, { announced: new Set(), asked: new Set(), verified: false });
        this.#holdersEver++;
        break;
      case "holds":
        for (let bit = 0; bit < 8 * input.bitmap.length; bit++)
          if ((((input.bitmap[bit >> 3] as number) >> (bit & 7)) & 1) === 1)
            this.#holders.get(input.holder)?.announced.add(input.firstChunk + bit);
        break;
      case "arrived": {
        const asked = this.#asked.get(input.request);
        if (asked !== undefined) asked.hasArrived = true;
        break;
      }
      case "proven": {
        const holder = this.#holders.get(input.holder);
        if (holder !== undefined) holder.verified = true;
        break;
      }
      case "gone":
        this.#gone(input.holder);
        break;
      case "verified":
        this.#verified(input.holder, input.request);
        break;
      case "wrong":
      case "refused":
        this.#over(input.holder, input.request);
        break;
      case "written":
        this.#unwritten.delete(input.chunk);
        this.#there.add(input.chunk);
        break;
      case "kept":
        this.#there.add(input.chunk);
        break;
      default:
        break;
    }
  }

  effect(effect: FetchEffect): void {
    switch (effect.type) {
      case "get":
        this.#get(effect);
        break;
      case "cancel":
        if (!this.#asked.has(effect.request)) this.#say(`cancels ${effect.request}, which is not under way`);
        this.#over(effect.holder, effect.request);
        break;
      case "drop":
        for (const request of this.#holders.get(effect.holder)?.asked ?? []) this.#asked.delete(request);
        this.#holders.delete(effect.holder);
        this.#dropped.add(effect.holder);
        break;
      case "assembled":
        if (this.#leaves.get(effect.chunk)?.includes(0) ?? true)
          this.#say(`chunk ${effect.chunk} is put together without all of its leaves`);
        this.#whole(effect.chunk);
        break;
      case "discard":
        this.#forget(effect.chunk);
        break;
      case "complete":
        break;
    }
    this.#memory();
  }

  #get(get: Get): void {
    const problem = sliceProblem(get, this.#geometry);
    if (problem !== undefined) this.#say(`asks for a slice that is none: ${problem}`);
    const bytes = sliceLength(get, this.#geometry);
    if (bytes > 1_048_576) this.#say(`asks for ${bytes} bytes at once`);
    this.#whom(get);
    if (this.#there.has(get.chunk) || this.#unwritten.has(get.chunk))
      this.#say(`asks for ${get.chunk}, which is there`);
    this.#asked.set(get.request, { get, bytes, hasArrived: false });
    const have = this.#leaves.get(get.chunk);
    for (let leaf = get.firstLeaf; leaf < Math.min(get.firstLeaf + get.leaves, this.#leavesOf(get.chunk)); leaf++) {
      if (have?.[leaf] === 1) this.#say(`asks for leaf ${leaf} of ${get.chunk}, which is verified`);
      const key = `${get.chunk}/${leaf}`;
      const asks = (this.#asks.get(key) ?? 0) + 1;
      this.#asks.set(key, asks);
      if (asks > MAX_ASKS + MAX_ASKS_A_HOLDER * this.#holdersEver)
        this.#say(`asks for leaf ${leaf} of ${get.chunk} for the ${asks}th time`);
    }
  }

  #whom(get: Get): void {
    if (this.#dropped.has(get.holder)) this.#say(`asks holder ${get.holder}, which it has dropped`);
    else if (!this.#holders.has(get.holder)) this.#say(`asks holder ${get.holder}, which is gone`);
    const holder = this.#holders.get(get.holder);
    if (holder !== undefined) {
      if (!holder.announced.has(get.chunk))
        this.#say(`asks ${get.holder} for ${get.chunk}, which it has not announced`);
      if (!holder.verified && holder.asked.size > 0) this.#say(`asks ${get.holder} twice before anything was verified`);
      holder.asked.add(get.request);
    }
  }

  #verified(holder: number, request: number): void {
    const asked = this.#asked.get(request);
    if (asked === undefined) return;
    this.#over(holder, request);
    const known = this.#holders.get(holder);
    if (known !== undefined) known.verified = true;
    const { chunk, firstLeaf, leaves } = asked.get;
    if (this.#unwritten.has(chunk) || this.#there.has(chunk)) return;
    if (asked.bytes === chunkLength(this.#geometry, chunk)) {
      this.#whole(chunk);
      return;
    }
    const have = this.#leaves.get(chunk) ?? new Uint8Array(this.#leavesOf(chunk));
    this.#leaves.set(chunk, have);
    for (let leaf = firstLeaf; leaf < Math.min(firstLeaf + leaves, have.length); leaf++) {
      if (have[leaf] === 0) this.#slicesBytes += 16_384;
      have[leaf] = 1;
    }
  }

  /** What has arrived is still verified. */
  #gone(holder: number): void {
    for (const request of this.#holders.get(holder)?.asked ?? [])
      if (this.#asked.get(request)?.hasArrived === false) this.#asked.delete(request);
    this.#holders.delete(holder);
  }

  #whole(chunk: number): void {
    this.#forget(chunk);
    this.#unwritten.add(chunk);
  }

  #forget(chunk: number): void {
    for (const leaf of this.#leaves.get(chunk) ?? []) if (leaf === 1) this.#slicesBytes -= 16_384;
    this.#leaves.delete(chunk);
  }

  #over(holder: number, request: number): void {
    this.#asked.delete(request);
    this.#holders.get(holder)?.asked.delete(request);
  }

  /** Bytes of requests under way, of slices that wait for the rest of their chunk, and of chunks that wait for the disk. */
  nowBytes(): number {
    let bytes = this.#slicesBytes;
    for (const asked of this.#asked.values()) bytes += asked.bytes;
    for (const chunk of this.#unwritten) bytes += chunkLength(this.#geometry, chunk);
    return bytes;
  }

  #memory(): void {
    const bytes = this.nowBytes();
    this.mostMemoryBytes = Math.max(this.mostMemoryBytes, bytes);
    // The last leaf is counted as a whole one here.
    if (bytes > this.#memoryBytes + 16_384) this.#say(`has ${bytes} bytes in memory, over ${this.#memoryBytes}`);
  }

  #leavesOf = (chunk: number): number => chunkLeaves(this.#geometry, chunk);

  #say(text: string): void {
    const kind = text.replace(/\d+/g, "");
    if (this.#said.has(kind)) return;
    this.#said.add(kind);
    this.findings.push(text);
  }
}
