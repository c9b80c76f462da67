import type { Effects } from "../effects.ts";
import { ORIGINAL } from "../limits.ts";
import { Scheduler } from "../transfer/scheduler.ts";
import { type Address, isAnswerable } from "../wire/address.ts";
import { idsPerMessage, splitIds } from "../wire/datagram/encode.ts";
import type { Message, ReportResponse } from "../wire/datagram/message.ts";
import { askHolders, hedgeLate } from "./asking.ts";
import type {
  ClientConfig,
  ClientCounters,
  ClientEffect,
  ClientEvent,
  ClientInput,
  HolderReport,
} from "./client-types.ts";
import { Holder } from "./holder.ts";
import { Search } from "./search.ts";

/** What a datagram in a receive buffer costs beyond its bytes, as Linux counts it. */
const DATAGRAM_OVERHEAD_BYTES = 1280;

/** How often the end of a fetch is looked at for late chunks that an idle holder could send, in ms. */
const HEDGE_INTERVAL_MS = 20;

/**
 * A client of the original network, as a function of its state, an input and the time. It says Hello, collects
 * ChunkInfos, and asks every holder at once for as much as it can take, until every wanted chunk has come or nobody
 * is left to ask.
 *
 * Responses are only noted as they come; what is to be asked next is decided at the wake that each of them orders
 * for the same moment, so that the Responses of one turn of the event loop are followed by one Get a holder.
 */
export class ClientCore {
  readonly counters: ClientCounters = {
    hellos: 0,
    chunkInfos: 0,
    gets: 0,
    requests: 0,
    repeats: 0,
    duplicates: 0,
    unexpected: 0,
  };
  readonly #config: ClientConfig;
  /** Chunk id → place in the wanted order, −1 for an id that is not wanted. */
  readonly #placeOf = new Int32Array(ORIGINAL.maxChunkId + 1).fill(-1);
  readonly #scheduler: Scheduler;
  readonly #search: Search;
  readonly #holders: Holder[] = [];
  readonly #byAddress = new Map<Address, Holder>();
  #largestChunkBytes = 1024;
  #searchEnded = false;
  #hedgeAtMs = 0;
  #turn = 0;
  #finished = false;

  constructor(config: ClientConfig) {
    this.#config = config;
    for (const [place, id] of config.ids.entries()) this.#placeOf[id] = place;
    const listSize = idsPerMessage(config.dialect);
    this.#search = new Search(splitIds(config.ids, listSize), listSize);
    this.#scheduler = new Scheduler({
      items: config.ids.length,
      order: config.order,
      maxRequestsPerItem: ORIGINAL.maxRequestsPerChunk,
      onLacking: (item, lacking) => this.#search.setLacking(item, lacking),
    });
  }

  /** True when everything has come or nothing is left to wait for. */
  get finished(): boolean {
    return this.#finished;
  }

  /** The wanted ids that have not come so far, in the wanted order. */
  get missing(): number[] {
    return this.#config.ids.filter((_, place) => !this.#scheduler.isDone(place));
  }

  /** Each holder as measured so far, in the order in which they answered. */
  holders(): HolderReport[] {
    return this.#holders.map((holder) => holder.report());
  }

  /** Takes one input and appends what is to be done to `effects`. */
  handle(input: ClientInput, nowMs: number, effects: Effects<ClientEffect>): void {
    if (this.#finished) return;
    switch (input.type) {
      case "datagram":
        this.#datagram(input.from, input.message, nowMs, effects);
        effects.wakeAt(nowMs);
        break;
      case "limit":
        this.#scheduler.limit = input.place;
        effects.wakeAt(nowMs);
        break;
      case "start":
      case "wake":
        this.#wake(nowMs, effects);
        break;
    }
  }

  #datagram(from: Address, message: Message, nowMs: number, effects: Effects<ClientEffect>): void {
    switch (message.type) {
      case "chunk-info":
        this.#chunkInfo(from, message.ids, effects);
        break;
      case "response":
        this.#response(from, this.#placeOf[message.id] as number, message.sizeBytes, nowMs, effects);
        break;
      case "report-response":
        this.#response(from, this.#placeOfReport(from, message), message.sizeBytes, nowMs, effects);
        break;
      case "hello":
      case "query":
      case "get":
        this.counters.unexpected++;
        break;
    }
  }

  #chunkInfo(from: Address, ids: readonly number[], effects: Effects<ClientEffect>): void {
    const wanted = ids.map((id) => this.#placeOf[id] as number).filter((place) => place >= 0);
    const holder = wanted.length === 0 ? undefined : this.#holder(from);
    if (holder === undefined) {
      if (ids.length > 0) this.counters.unexpected++;
      return;
    }
    this.counters.chunkInfos++;
    this.#heard(holder, effects);
    let added = 0;
    for (const place of wanted) if (this.#scheduler.announce(holder.index, place)) added++;
    if (added > 0) tell(effects, { name: "holder-found", holder: from, chunks: added });
  }

  /** The holder at this address, made when it is new; `undefined` where nothing may be sent, or too many are known. */
  #holder(address: Address): Holder | undefined {
    const known = this.#byAddress.get(address);
    if (known !== undefined) return known;
    if (this.#holders.length >= ORIGINAL.maxHolders || !isAnswerable(address, this.#config.allowPublic))
      return undefined;
    const holder = new Holder(address, this.#scheduler.addHolder(), this.#config.dialect === "report");
    this.#holders.push(holder);
    this.#byAddress.set(address, holder);
    return holder;
  }

  /**
   * A holder that was given up is asked again. After a ChunkInfo alone its silence goes on being counted: one that
   * answers Hellos and no Gets would keep the client waiting otherwise.
   */
  #heard(holder: Holder, effects: Effects<ClientEffect>): void {
    if (!holder.givenUp || holder.isDead) return;
    holder.givenUp = false;
    this.#scheduler.reviveHolder(holder.index);
    tell(effects, { name: "holder-back", holder: holder.address });
  }

  #response(from: Address, place: number, sizeBytes: number, nowMs: number, effects: Effects<ClientEffect>): void {
    const holder = this.#byAddress.get(from);
    const flight = holder?.flights.answered(place);
    if (holder === undefined || flight === undefined) {
      this.counters.unexpected++;
      return;
    }
    const isNew = this.#scheduler.arrived(place);
    holder.answered(flight, sizeBytes, isNew, nowMs);
    this.#heard(holder, effects);
    if (sizeBytes > this.#largestChunkBytes) this.#largestChunkBytes = sizeBytes;
    if (isNew) effects.push({ type: "chunk", id: this.#config.ids[place] as number, place, from });
    else this.counters.duplicates++;
    for (let lost = holder.takeOvertaken(nowMs); lost !== undefined; lost = holder.takeOvertaken(nowMs))
      this.#gaveUp(holder, lost.item, nowMs + this.#repeatWaitMs(holder, lost.item), effects);
  }

  /** Which wanted chunk a Response of the report's dialect carries: see original-protocol; −1 for none. */
  #placeOfReport(from: Address, response: ReportResponse): number {
    const holder = this.#byAddress.get(from);
    if (holder === undefined) return -1;
    holder.takeOneAtATime();
    const named = this.#placeOf[response.nameNumber ?? -1] ?? -1;
    if (named >= 0 && holder.flights.has(named)) {
      holder.namesAreIds = true;
      return named;
    }
    // Its names have been ids before: this is a chunk that came already, not the one that is awaited.
    if (holder.namesAreIds && response.nameNumber !== undefined) return -1;
    return holder.flights.size === 1 ? (holder.flights.oldest()?.item ?? -1) : -1;
  }

  #wake(nowMs: number, effects: Effects<ClientEffect>): void {
    this.#timeOuts(nowMs, effects);
    this.#searchOn(nowMs, effects);
    if (this.#scheduler.open === 0) {
      this.#finished = true;
      effects.push({ type: "done", missing: this.missing });
      return;
    }
    this.#ask(nowMs, effects);
    this.#orderWake(nowMs, effects);
  }

  /** Serves a few time-outs; the next wake, a ms later, serves the rest. */
  #timeOuts(nowMs: number, effects: Effects<ClientEffect>): void {
    let left: number = ORIGINAL.maxTimeoutsPerWake;
    for (const holder of this.#holders) {
      if (holder.timeoutAtMs() > nowMs) continue;
      this.#timedOut(holder, nowMs, effects);
      if (--left === 0) return;
    }
  }

  #timedOut(holder: Holder, nowMs: number, effects: Effects<ClientEffect>): void {
    // No wait after silence: the next time-out is longer, and one request at a time is sent.
    for (const flight of holder.takeTimedOut(nowMs)) this.#gaveUp(holder, flight.item, nowMs, effects);
    if (holder.isSilent && !holder.givenUp) {
      holder.givenUp = true;
      this.#scheduler.giveUpHolder(holder.index);
      tell(effects, { name: "holder-given-up", holder: holder.address });
    }
    if (holder.isDead) this.#failWhatOnlyTheDeadHold(holder, effects);
  }

  /** How long the same holder is left alone with an overtaken request: not at all the first time. */
  #repeatWaitMs(holder: Holder, place: number): number {
    return this.#scheduler.requestsOf(place) <= 1 ? 0 : holder.timeoutMs();
  }

  /** A request is over without its chunk. The same holder is not asked again before `retryAtMs`. */
  #gaveUp(holder: Holder, place: number, retryAtMs: number, effects: Effects<ClientEffect>): void {
    const wasOpen = this.#scheduler.isOpen(place);
    this.#scheduler.gaveUp(holder.index, place, retryAtMs);
    if (wasOpen && !this.#scheduler.isOpen(place))
      tell(effects, { name: "chunk-failed", id: this.#config.ids[place] as number, place });
  }

  #failWhatOnlyTheDeadHold(dead: Holder, effects: Effects<ClientEffect>): void {
    for (const place of this.#scheduler.itemsOf(dead.index)) {
      const holders = this.#scheduler.holdersOf(place);
      if (!this.#scheduler.isOpen(place)) continue;
      if (!holders.every((index) => (this.#holders[index] as Holder).isDead)) continue;
      this.#scheduler.fail(place);
      tell(effects, { name: "chunk-failed", id: this.#config.ids[place] as number, place });
    }
  }

  #searchOn(nowMs: number, effects: Effects<ClientEffect>): void {
    for (const ids of this.#search.due(nowMs)) {
      this.counters.hellos++;
      effects.push({ type: "send", to: this.#config.contact, message: { type: "hello", ids } });
    }
    if (this.#searchEnded || !this.#search.isOver(nowMs)) return;
    this.#searchEnded = true;
    let without = 0;
    for (let place = 0; place < this.#config.ids.length; place++) {
      if (!this.#scheduler.isOpen(place) || this.#scheduler.holdersOf(place).length > 0) continue;
      this.#scheduler.fail(place);
      tell(effects, { name: "chunk-failed", id: this.#config.ids[place] as number, place });
      without++;
    }
    tell(effects, { name: "search-over", withoutHolder: without });
  }

  #ask(nowMs: number, effects: Effects<ClientEffect>): void {
    const context = {
      scheduler: this.#scheduler,
      holders: this.#holders,
      maxInFlight: this.#maxInFlight(),
      firstHolder: this.#turn++,
      nowMs,
    };
    const asked = askHolders(context);
    if (asked.size === 0 && this.#mayHedge(nowMs)) {
      this.#hedgeAtMs = nowMs + HEDGE_INTERVAL_MS;
      hedgeLate(context, asked);
    }
    for (const [holder, places] of asked) this.#get(holder, places, effects);
  }

  /** Whether something may be late at one holder that another could send. */
  #mayHedge(nowMs: number): boolean {
    return this.#hedgeAtMs <= nowMs && this.#holders.length > 1;
  }

  #get(holder: Holder, places: readonly number[], effects: Effects<ClientEffect>): void {
    const ids = places.map((place) => this.#config.ids[place] as number);
    for (const run of splitIds(ids, ORIGINAL.idsPerGet)) {
      this.counters.gets++;
      effects.push({ type: "send", to: holder.address, message: { type: "get", ids: run } });
    }
    this.counters.requests += ids.length;
    for (const [index, place] of places.entries()) {
      if (this.#scheduler.requestsOf(place) <= 1) continue;
      this.counters.repeats++;
      tell(effects, { name: "get-repeated", holder: holder.address, id: ids[index] as number });
    }
  }

  /** Chunks that the socket's receive buffer can hold while this process is busy. */
  #maxInFlight(): number {
    const perChunkBytes = this.#largestChunkBytes * 1.125 + DATAGRAM_OVERHEAD_BYTES;
    return Math.max(1, Math.floor(this.#config.receiveBufferBytes / perChunkBytes));
  }

  #orderWake(nowMs: number, effects: Effects<ClientEffect>): void {
    effects.wakeAt(this.#search.nextMs(nowMs));
    for (const holder of this.#holders) effects.wakeAt(Math.max(nowMs + 1, holder.timeoutAtMs()));
    if (this.#scheduler.pending > 0) effects.wakeAt(Math.max(nowMs + 1, this.#scheduler.nextRetryMs(nowMs)));
    if (this.#holders.length > 1 && this.#holders.some(({ flights }) => flights.size > 0))
      effects.wakeAt(Math.max(nowMs + 1, this.#hedgeAtMs));
  }
}

const tell = (effects: Effects<ClientEffect>, event: ClientEvent): void => effects.push({ type: "event", event });
