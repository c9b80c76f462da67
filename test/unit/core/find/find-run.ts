import { Effects } from "../../../../src/core/effects.ts";
import { FindCore } from "../../../../src/core/find/find-core.ts";
import type { FindLimits } from "../../../../src/core/find/find-options.ts";
import type { FindEffect, FindInput } from "../../../../src/core/find/find-types.ts";
import type { FindChunkInfo, HeldVideo, Wanted } from "../../../../src/core/wire/stream/find-message.ts";

/** A query id that is all this number. */
export const queryId = (number: number): Uint8Array => new Uint8Array(16).fill(number);

/** A video id that is all this number, as something wanted. */
export const video = (number: number): Wanted => ({ kind: "video", id: new Uint8Array(32).fill(number) });

export const words = (text: string): Wanted => ({ kind: "words", words: text });

export const held = (number: number): HeldVideo => ({
  id: new Uint8Array(32).fill(number),
  bytes: 1000,
  heldChunks: 1,
  title: "a film",
});

/** The peer record of a holder; its number stands for all of it. */
export const recordOf = (holder: number): Uint8Array => new Uint8Array(100).fill(holder);

/** A find core with neighbours `a`, `b`, `c`, … and the effects of its latest input, in words. */
export class FindRun {
  readonly core: FindCore;
  readonly effects: Effects<FindEffect> = new Effects<FindEffect>();

  constructor(neighbours: string, limits: Partial<FindLimits> = {}) {
    this.core = new FindCore({ random: () => 0.37, limits }, 0);
    for (const peer of neighbours) this.input({ type: "joined", peer });
  }

  input(input: FindInput, nowMs = 0): readonly FindEffect[] {
    this.effects.clear();
    this.core.handle(input, nowMs, this.effects);
    return [...this.effects.list];
  }

  joined(peer: string, nowMs = 0): string[] {
    return this.input({ type: "joined", peer }, nowMs).map(inWords);
  }

  left(peer: string, nowMs = 0): string[] {
    return this.input({ type: "left", peer }, nowMs).map(inWords);
  }

  query(from: string, id: number, ttlHops: number, wanted: Wanted = video(1), nowMs = 0): string[] {
    const message = { type: "query", queryId: queryId(id), ttlHops, wanted } as const;
    return this.input({ type: "frame", from, message }, nowMs).map(inWords);
  }

  answer(from: string, id: number, holder = 9, more: Partial<FindChunkInfo> = {}, nowMs = 0): string[] {
    const plain = { type: "chunk-info", queryId: queryId(id), record: recordOf(holder), videos: [held(1)] } as const;
    return this.input({ type: "frame", from, message: { ...plain, ...more } }, nowMs).map(inWords);
  }

  lookedUp(id: number, videos: readonly HeldVideo[], nowMs = 0): string[] {
    return this.input({ type: "looked-up", queryId: queryId(id), record: recordOf(0), videos }, nowMs).map(inWords);
  }

  done(from: string, id: number, ttlHops: number, nowMs = 0, flags = 0): string[] {
    const message = { type: "done", queryId: queryId(id), ttlHops, flags } as const;
    return this.input({ type: "frame", from, message }, nowMs).map(inWords);
  }

  checked(id: number, nowMs = 0): string[] {
    return this.input({ type: "checked", queryId: queryId(id) }, nowMs).map(inWords);
  }

  search(id: number, enoughHolders: number, nowMs = 0, wanted: Wanted = video(1)): string[] {
    return this.input({ type: "search", queryId: queryId(id), wanted, enoughHolders }, nowMs).map(inWords);
  }

  holder(id: number, holder: string, nowMs = 0): string[] {
    return this.input({ type: "holder", queryId: queryId(id), holder }, nowMs).map(inWords);
  }

  /** Wakes it when it wants to be woken. @returns when that was, and what it did */
  wake(): { atMs: number; done: string[] } {
    const atMs = this.effects.wakeAtMs;
    return { atMs, done: this.input({ type: "wake" }, atMs).map(inWords) };
  }
}

/** `query 7: 3 hops to b`, `answer 7 of 9 to a`, `done 7: 3 hops to a, more`, `look up 7`, `found 7 of 9 by b`, `ended 7: enough`, `drop b: …`. */
export function inWords(effect: FindEffect): string {
  if (effect.type === "drop") return `drop ${effect.peer}: ${effect.reason}`;
  if (effect.type === "send") {
    const { message, to } = effect;
    const id = message.queryId[0];
    if (message.type === "query") return `query ${id}: ${message.ttlHops} hops to ${to}`;
    if (message.type === "chunk-info") return `answer ${id} of ${message.record[0]} to ${to}`;
    return `done ${id}: ${message.ttlHops} hops to ${to}${message.flags === 0 ? "" : ", more"}`;
  }
  const id = effect.queryId[0];
  if (effect.type === "look-up") return `look up ${id}`;
  if (effect.type === "found") return `found ${id} of ${effect.record[0]} by ${effect.from}`;
  return `ended ${id}: ${effect.reason}`;
}
