import { chunkLength, type Geometry, LEAF_BYTES } from "../core/content/geometry.ts";
import { type Slice, sliceLength, sliceProofHashes } from "../core/content/proof.ts";
import { FetchCore } from "../core/fetch/fetch-core.ts";
import type { DropReason, FetchEffect, FetchInput } from "../core/fetch/fetch-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { ChunkStore } from "../store/chunk-store.ts";
import type { Loan } from "../store/hasher.ts";
import { type ChunkSenders, type Sender, SliceSenders } from "./chunk-senders.ts";
import { CoreShell } from "./core-shell.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import type { HolderStream } from "./holder-stream.ts";
import type { SlotPool } from "./slot-pool.ts";
import { isLastLeaf } from "./video-opening.ts";

/** What a fetch tells. */
export interface VideoFetchEvents {
  /** All that is wanted is kept. */
  complete(): void;
  /** More of it can be read: in memory, or in the file. */
  came(): void;
  /** A holder is not asked any more. `wrong-bytes`: and never again. */
  dropped(holder: number, reason: DropReason): void;
  /** The disk refused: nothing more comes. */
  failed(error: unknown): void;
}

/** One order under way. */
interface Order {
  readonly slice: Slice;
  readonly holder: number;
  /** Who that is: it may have gone when its bytes are checked. */
  readonly sender: Sender;
  readonly bytes: number;
  /** On the stream; the core has numbers of its own. */
  wireRequest: number;
  memory: Uint8Array | undefined;
  proof: Uint8Array;
  toldAtMs: number;
  /** A thread reads its memory: that is not given back before it says so, or other bytes than it hashed were written. */
  isBeingChecked: boolean;
}

/** A holder that is asked. */
interface Asked {
  readonly holder: FetchHolder;
  readonly stream: HolderStream;
}

/** How a fetch is done. */
export interface VideoFetchOptions {
  /** For choosing among equals. */
  readonly seed: number;
  /** For chunks under way. */
  readonly memoryBytes: number;
  /** Whether all of it is wanted, or only what readers read. */
  readonly wantAll: boolean;
  /** Told who sent each chunk. */
  readonly senders: ChunkSenders;
}

/** A chunk that comes in slices. */
interface Assembly {
  readonly bytes: Uint8Array;
  readonly senders: SliceSenders;
}

/** A core is told of a body's progress this often. */
const TELL_MS = 50;

/**
 * The seam between a {@link FetchCore}, the streams of a video's holders, and its store: orders slices, has what comes
 * checked and written, and tells the core.
 */
export class VideoFetch {
  readonly core: FetchCore;
  readonly store: ChunkStore;
  /** Bytes of bodies that came since it began. */
  receivedBytes = 0;
  readonly #geometry: Geometry;
  readonly #slots: SlotPool;
  readonly #events: VideoFetchEvents;
  readonly #shell: CoreShell<FetchInput, FetchEffect>;
  readonly #holders = new Map<number, Asked>();
  readonly #unkept = new Set<number>();
  readonly #orders = new Map<number, Order>();
  /** Chunks that come in slices. */
  readonly #assemblies = new Map<number, Assembly>();
  readonly #senders: ChunkSenders;
  readonly #writing = new Set<number>();
  readonly #endListening: () => void;

  constructor(
    store: ChunkStore,
    slots: SlotPool,
    { senders, ...options }: VideoFetchOptions,
    events: VideoFetchEvents,
  ) {
    this.store = store;
    this.#slots = slots;
    this.#events = events;
    this.#senders = senders;
    this.#geometry = store.manifest.geometry;
    const held = (chunk: number): boolean => store.held.has(chunk);
    this.core = new FetchCore({ geometry: this.#geometry, held, ...options });
    this.#shell = new CoreShell(this.core, (effect) => this.#perform(effect));
    this.#endListening = store.onHeld((chunk, isHeld) => {
      if (isHeld) this.#unkept.delete(chunk);
      this.tell({ type: isHeld ? "kept" : "lost", chunk });
    });
  }

  /** Chunks that are checked and in the file, and not held for good yet. */
  get unkeptChunks(): number {
    return this.#unkept.size;
  }

  /** Whether a chunk is in the file, held for good or not. */
  isInFile(chunk: number): boolean {
    return this.store.held.has(chunk) || this.#unkept.has(chunk);
  }

  /** A copy of the verified bytes from `position` on that are in memory, up to `end`; `undefined`: there are none. */
  bytesAt(position: number, end: number): Uint8Array | undefined {
    const { chunkBytes } = this.#geometry;
    const chunk = Math.floor(position / chunkBytes);
    const assembly = this.#assemblies.get(chunk);
    const until = Math.min(end, this.core.verifiedUntil(position));
    if (assembly === undefined || until <= position) return undefined;
    return assembly.bytes.slice(position - chunk * chunkBytes, until - chunk * chunkBytes);
  }

  /** Has a holder asked for what it said that it has. */
  addHolder(holder: FetchHolder, stream: HolderStream): void {
    const { number, roundTripMs, held } = holder;
    if (held === undefined) return;
    this.#holders.set(number, { holder, stream });
    this.tell({ type: "holder", holder: number, roundTripMs, early: holder.early?.grain });
    this.tell({ type: "holds", holder: number, firstChunk: 0, bitmap: held.bytes.slice() });
    void holder.lastLeaf?.then((leaf) => {
      // A wrong one says nothing that its first slice does not say as well.
      if (leaf !== "none" && isLastLeaf(leaf, this.store.manifest)) this.tell({ type: "proven", holder: number });
    });
  }

  /** A holder is not asked any more: what it was asked for is taken back. */
  removeHolder(number: number): void {
    if (!this.#holders.has(number)) return;
    this.#takeBackFrom(number);
    this.tell({ type: "gone", holder: number });
    this.#holders.delete(number);
  }

  /** Tells the core something, and does what it wants done. What comes of that is told to it afterwards. */
  tell(input: FetchInput): void {
    this.#shell.tell(input);
  }

  /** Takes all orders back. What is being written is written. */
  stop(): void {
    if (this.#shell.isStopped) return;
    this.#shell.stop();
    this.#endListening();
    for (const [request, order] of this.#orders) this.#takeBack(request, order);
    this.#assemblies.clear();
  }

  #perform(effect: FetchEffect): void {
    switch (effect.type) {
      case "get":
        this.#order(effect);
        break;
      case "cancel": {
        const order = this.#orders.get(effect.request);
        if (order !== undefined) this.#takeBack(effect.request, order);
        break;
      }
      case "assembled":
        this.#writeAssembled(effect.chunk);
        break;
      case "discard":
        this.#assemblies.delete(effect.chunk);
        break;
      case "drop":
        this.#takeBackFrom(effect.holder);
        this.#events.dropped(effect.holder, effect.reason);
        break;
      case "complete":
        this.#events.complete();
        break;
    }
  }

  #order({ holder, request, chunk, firstLeaf, leaves, priority }: FetchEffect & { readonly type: "get" }): void {
    const from = this.#holders.get(holder);
    if (from === undefined || from.stream.ended !== undefined) return;
    const slice = { chunk, firstLeaf, leaves };
    const bytes = sliceLength(slice, this.#geometry);
    const order: Order = {
      slice,
      holder,
      sender: from.holder,
      bytes,
      wireRequest: 0,
      memory: undefined,
      proof: NO_PROOF,
      toldAtMs: 0,
      isBeingChecked: false,
    };
    this.#orders.set(request, order);
    const taker = this.#takerOf(request, order, from.holder);
    const { early } = from.holder;
    order.wireRequest = early?.request ?? 0;
    if (early?.give(taker, slice) === true) from.holder.early = undefined;
    else order.wireRequest = from.stream.get(from.holder.video, { ...slice, priority }, taker);
  }

  #takerOf(request: number, order: Order, from: FetchHolder): Parameters<HolderStream["get"]>[2] {
    const { holder, bytes, slice } = order;
    return {
      minBytes: bytes,
      maxBytes: bytes,
      proofHashes: sliceProofHashes(slice, this.#geometry),
      begins: (proof) => {
        order.proof = proof;
        if (this.#orders.has(request)) order.memory = this.#slots.take(bytes);
        order.toldAtMs = monotonicMs();
        this.tell({ type: "begins", holder, request });
        return order.memory;
      },
      comes: (came) => {
        const nowMs = monotonicMs();
        if (came === bytes || nowMs < order.toldAtMs + TELL_MS) return;
        order.toldAtMs = nowMs;
        this.tell({ type: "comes", holder, request, bytes: came });
      },
      arrived: () => {
        this.receivedBytes += bytes;
        from.receivedBytes += bytes;
        this.tell({ type: "arrived", holder, request });
        this.#check(request, order);
      },
      refused: (status) => {
        this.#orders.delete(request);
        this.tell({ type: "refused", holder, request, status });
      },
      // The core hears of the stream's end, and knows what was open there. What has come is worth checking all the same.
      lost: () => {
        if (!order.isBeingChecked) this.#forget(request, order);
      },
    };
  }

  /** Has a body checked; a whole chunk is written in the same go. */
  #check(request: number, order: Order): void {
    const { slice, holder, memory } = order;
    if (memory === undefined || !this.#orders.has(request)) return;
    order.isBeingChecked = true;
    const loan = { bytes: memory };
    const checked = (isRight: boolean): void => {
      order.isBeingChecked = false;
      if (isRight && isWhole) this.#assemblies.delete(slice.chunk);
      else if (isRight) this.#assemble(order, loan.bytes);
      if (!isRight) this.#complain(order);
      const isOpen = this.#orders.delete(request);
      this.#slots.give(loan.bytes);
      if (isOpen) this.tell({ type: isRight ? "verified" : "wrong", holder, request });
      if (isRight) this.#events.came();
    };
    const isWhole = order.bytes === chunkLength(this.#geometry, slice.chunk);
    if (isWhole) this.#write(slice.chunk, loan, order.sender, checked);
    else this.store.isSlice(slice, loan, order.proof).then(checked, (error: unknown) => this.#fail(error));
  }

  /** A disk that rots does not know it. */
  #complain({ holder, slice }: Order): void {
    const from = this.#holders.get(holder);
    from?.stream.complain(from.holder.video, slice.chunk);
  }

  #assemble({ slice: { chunk, firstLeaf }, sender }: Order, bytes: Uint8Array): void {
    // A copy that came later than the one that was taken.
    if (this.#shell.isStopped || this.#writing.has(chunk) || this.store.held.has(chunk)) return;
    let assembly = this.#assemblies.get(chunk);
    if (assembly === undefined) {
      assembly = { bytes: new Uint8Array(chunkLength(this.#geometry, chunk)), senders: new SliceSenders() };
      this.#assemblies.set(chunk, assembly);
    }
    assembly.bytes.set(bytes, firstLeaf * LEAF_BYTES);
    assembly.senders.came(sender, bytes.length);
  }

  #writeAssembled(chunk: number): void {
    const assembly = this.#assemblies.get(chunk);
    this.#assemblies.delete(chunk);
    if (assembly === undefined) return;
    // All its slices were verified: what is wrong now was spoilt in this machine's memory, and is asked for again.
    this.#write(chunk, { bytes: assembly.bytes }, assembly.senders.most(), (isRight) => {
      if (!isRight) this.tell({ type: "lost", chunk });
    });
  }

  /**
   * @param sender whose bytes they are, most of them
   * @param onChecked told once, when the bytes are in the file, or are wrong
   */
  #write(chunk: number, bytes: Loan, sender: Sender | undefined, onChecked: (isRight: boolean) => void): void {
    let isWritten = false;
    const written = (): void => {
      isWritten = true;
      this.#writing.delete(chunk);
      if (!this.store.held.has(chunk)) {
        this.#unkept.add(chunk);
        // Before it is held: who hears of that asks who sent it.
        if (sender !== undefined) this.#senders.sent(chunk, sender);
      }
      onChecked(true);
      this.tell({ type: "written", chunk });
      this.#events.came();
    };
    this.#writing.add(chunk);
    this.store.write(chunk, bytes, written).then(
      (result) => {
        if (isWritten) return;
        if (result === "held") written();
        else {
          this.#writing.delete(chunk);
          onChecked(false);
        }
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #takeBackFrom(holder: number): void {
    for (const [request, order] of this.#orders) if (order.holder === holder) this.#takeBack(request, order);
  }

  #takeBack(request: number, order: Order): void {
    if (order.isBeingChecked) return;
    this.#holders.get(order.holder)?.stream.cancel(order.wireRequest);
    this.#forget(request, order);
  }

  #forget(request: number, order: Order): void {
    if (this.#orders.delete(request) && order.memory !== undefined) this.#slots.give(order.memory);
    order.memory = undefined;
  }

  #fail(error: unknown): void {
    if (this.#shell.isStopped) return;
    this.stop();
    this.#events.failed(error);
  }
}

const NO_PROOF = new Uint8Array(0);
