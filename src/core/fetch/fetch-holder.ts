import { NETWORK } from "../limits.ts";
import type { FetchRequest } from "./chunk-job.ts";
import type { HolderView } from "./fetch-types.ts";
import { GRAIN_BYTES, MAX_RUN_GRAINS } from "./grains.ts";
import { RateMeter } from "./rate-meter.ts";

/** Bytes per ms that a holder is taken to deliver before it has delivered anything: 4 Mbit/s. */
const GUESSED_BYTES_PER_MS = 500;
/** A request is what a holder delivers in this time, so that a slow one never sits on a whole chunk, in ms … */
const BULK_REQUEST_MS = 700;
/** … and in this one while somebody reads: what is urgent waits for the one being sent. */
const READING_REQUEST_MS = 32;
/** Less than this is no sign of life: one byte a second would keep a request for hours. */
const LIFE_BYTES = 4096;
/** A pause shorter than this is not told from a lost segment or a busy disk, in ms. */
const MIN_STALL_MS = 500;
/** What was cancelled on its way from one whose rate is not known is waited for so long, in ms: it is what will tell. */
const UNKNOWN_GHOST_MS = 10_000;
/** So soon is seen how fast a holder is of which nothing is known, in ms. */
const FIRST_LOOK_MS = 100;
/** A rest after `refused`, doubled each time up to 2^5 times, in ms. */
const REST_MS = 250;

/** One holder as the fetch sees it: what is in flight there, how fast it delivers, whether it has fallen silent. */
export class FetchHolder {
  readonly id: number;
  /** Its number in the scheduler. */
  readonly index: number;
  readonly meter: RateMeter;
  /** Requests whose last byte has not come, in the order of asking. */
  readonly live: Set<FetchRequest> = new Set();
  /** Requests that arrived and are neither verified nor wrong. */
  readonly unverified: Set<FetchRequest> = new Set();
  /** Cancelled ones of which bytes may still come: a Response that has begun cannot be stopped. With their time's end. */
  readonly ghosts: Map<FetchRequest, number> = new Map();
  heldChunks = 0;
  bytesInFlight = 0;
  trusted = false;
  /** The grain of the video that it was asked for before the fetch began. */
  early: number | undefined;
  stalled = false;
  notHeld = 0;
  restsUntilMs: number = -Infinity;
  #refusals = 0;
  /** When something last came from it. */
  heardAtMs: number;
  #heardBytes = 0;
  /** What its first body comes with, until that is here. */
  #seenBytesPerMs = GUESSED_BYTES_PER_MS;
  /** How often it has been silent for the whole time while nobody else was there. */
  silences = 0;

  constructor(id: number, index: number, roundTripMs: number, nowMs: number, early: number | undefined) {
    this.id = id;
    this.early = early;
    this.index = index;
    this.meter = new RateMeter(Math.max(0.1, roundTripMs));
    this.heardAtMs = nowMs;
  }

  /** Bytes in flight, without those that were asked for before the fetch began: they may be here already. */
  get ratedInFlight(): number {
    let bytes = this.bytesInFlight;
    for (const { mark, bytes: whole, receivedBytes } of this.live)
      if (mark === undefined) bytes -= whole - receivedBytes;
    return bytes;
  }

  get bytesPerMs(): number {
    return this.meter.measured ? Math.max(0.001, this.meter.bytesPerMs) : this.#seenBytesPerMs;
  }

  /** Grains of the next request: a power of two. */
  requestGrains(someoneReads: boolean): number {
    if (!this.trusted || !this.meter.measured) return 1;
    const bytes = this.bytesPerMs * (someoneReads ? READING_REQUEST_MS : BULK_REQUEST_MS);
    let grains = 1;
    while (grains < MAX_RUN_GRAINS && 2 * grains * GRAIN_BYTES <= bytes) grains *= 2;
    return grains;
  }

  /**
   * Whether it may be asked for more of this priority: about one bandwidth-delay product and one request is kept in flight,
   * and one request alone until something of it was verified. What is less urgent does not stand in the way.
   * @param unwrittenBytes its share of what has come and waits to be checked and written: it counts as if it were still in
   *   flight, or all would come in bursts, between which nobody sends
   */
  hasRoom(priority: number, grains: number, nowMs: number, someoneReads: boolean, unwrittenBytes: number = 0): boolean {
    if (!this.isReady(nowMs)) return false;
    if (!this.trusted) return this.live.size + this.unverified.size + this.ghosts.size === 0;
    const { count, bytes, askedBytes } = this.#ahead(priority);
    if (count < 2) return true;
    const partBytes = grains * GRAIN_BYTES;
    // What is in flight there is what the next jump waits for: no more than keeps the line busy from one arrival to the next.
    if (someoneReads && this.meter.isSlowFor(GRAIN_BYTES))
      return askedBytes + unwrittenBytes < this.meter.productBytes + partBytes;
    return bytes + unwrittenBytes < this.meter.windowBytes + partBytes;
  }

  /** Requests that it will have begun to answer before it hears that they are taken back: their bytes come anyway. */
  onTheWay(): Set<FetchRequest> {
    const reachBytes = this.bytesPerMs * this.meter.roundTripMs;
    const requests = new Set<FetchRequest>();
    let bytes = 0;
    for (const ghost of this.ghosts.keys()) bytes += ghost.bytes - ghost.receivedBytes;
    for (const request of this.#inOrder()) {
      if (bytes < reachBytes) requests.add(request);
      bytes += request.bytes - request.receivedBytes;
    }
    return requests;
  }

  /** Whether it answers, as far as is known: it is neither silent nor overloaded. */
  isReady(nowMs: number): boolean {
    return !this.stalled && this.restsUntilMs <= nowMs;
  }

  /** In how many ms this many bytes, asked for now, are expected to be here. */
  expectedMs(bytes: number, priority: number, nowMs: number): number {
    const transferMs = (this.#ahead(priority).bytes + bytes) / this.bytesPerMs;
    return this.meter.roundTripMs + transferMs + this.lagMs(nowMs);
  }

  /** In how many ms the rest of each request under way is expected, in the order in which they will come. */
  *schedule(nowMs: number): Generator<readonly [FetchRequest, number]> {
    const lagMs = this.lagMs(nowMs);
    let bytes = 0;
    for (const ghost of this.ghosts.keys()) bytes += ghost.bytes - ghost.receivedBytes;
    for (const request of this.#inOrder()) {
      bytes += request.bytes - request.receivedBytes;
      const waitMs = Number.isNaN(request.begunAtMs)
        ? Math.max(0, request.sentAtMs + this.meter.roundTripMs - nowMs)
        : 0;
      yield [request, Math.max(waitMs, bytes / this.#presentRate(request, nowMs)) + lagMs];
    }
  }

  /** How much longer it has been silent than expected: so much longer it may well remain so. */
  lagMs(nowMs: number): number {
    if (this.live.size === 0) return 0;
    return Math.max(0, this.quietMs(nowMs) - this.#expectedGapMs());
  }

  /** How long nothing has come although something was asked for. */
  quietMs(nowMs: number): number {
    const oldest = this.#oldest();
    return oldest === undefined ? 0 : nowMs - Math.max(this.heardAtMs, oldest.sentAtMs);
  }

  /** Whether it has been quiet for so long that others are asked for what it owes. */
  isQuietTooLong(nowMs: number): boolean {
    return this.quietMs(nowMs) > Math.max(MIN_STALL_MS, this.meter.patience * this.#expectedGapMs());
  }

  /** How long it may be silent before it is given up, when others are there. */
  get silentMs(): number {
    return NETWORK.silentHolderMs * 2 ** Math.min(this.silences, 3);
  }

  asked(request: FetchRequest): void {
    this.live.add(request);
    this.bytesInFlight += request.bytes;
  }

  /** The first byte of a body. */
  begins(request: FetchRequest, nowMs: number): void {
    if (!Number.isNaN(request.begunAtMs)) return;
    request.begunAtMs = nowMs;
    this.heard(nowMs);
    if (request.wasIdle) this.meter.roundTrip(nowMs - request.sentAtMs);
  }

  /** So many bytes of a request's body have come in all. @returns how many are new */
  comes(request: FetchRequest, bytes: number, nowMs: number): number {
    const fresh = Math.min(bytes, request.bytes) - request.receivedBytes;
    if (!(fresh > 0)) return 0;
    if (Number.isNaN(request.begunAtMs)) request.begunAtMs = nowMs;
    request.receivedBytes += fresh;
    this.bytesInFlight -= fresh;
    this.meter.delivered(fresh, nowMs, request.mark !== undefined);
    const sinceMs = nowMs - request.begunAtMs;
    if (!this.meter.measured && request.mark !== undefined && sinceMs >= FIRST_LOOK_MS)
      this.#seenBytesPerMs = request.receivedBytes / sinceMs;
    if (this.meter.deliveredBytes - this.#heardBytes >= LIFE_BYTES) this.heard(nowMs);
    return fresh;
  }

  /** The last byte of a body. @returns how many bytes are new */
  arrived(request: FetchRequest, nowMs: number): number {
    const fresh = this.comes(request, request.bytes, nowMs);
    this.heard(nowMs);
    if (request.mark !== undefined) this.meter.sample(request.mark, nowMs);
    this.live.delete(request);
    this.ghosts.delete(request);
    return fresh;
  }

  /** It lives. */
  heard(nowMs: number): void {
    this.heardAtMs = nowMs;
    this.#heardBytes = this.meter.deliveredBytes;
    this.stalled = false;
    this.silences = 0;
  }

  /** A request is over without its last byte. A body that has begun comes all the same, for as long as is expected. */
  ended(request: FetchRequest, mayStillCome: boolean, nowMs: number): void {
    this.unverified.delete(request);
    if (!this.live.delete(request)) return;
    if (mayStillCome) {
      const bytes = request.bytes - request.receivedBytes;
      const leftMs = 2 * (this.meter.roundTripMs + bytes / this.bytesPerMs);
      this.ghosts.set(request, nowMs + (this.meter.measured ? leftMs : UNKNOWN_GHOST_MS));
    } else this.bytesInFlight -= request.bytes - request.receivedBytes;
  }

  /** Cancelled requests of which nothing has come in time will not come. */
  forgetGhosts(nowMs: number): void {
    for (const [ghost, untilMs] of this.ghosts) {
      if (untilMs > nowMs) continue;
      this.ghosts.delete(ghost);
      this.bytesInFlight -= ghost.bytes - ghost.receivedBytes;
    }
  }

  /** It is overloaded: it is left alone for a while, longer each time. */
  refused(nowMs: number): void {
    this.restsUntilMs = nowMs + REST_MS * 2 ** Math.min(this.#refusals, 5);
    this.#refusals++;
  }

  verified(): void {
    this.trusted = true;
    this.#refusals = 0;
  }

  view(): HolderView {
    return {
      holder: this.id,
      heldChunks: this.heldChunks,
      receivedBytes: this.meter.deliveredBytes,
      bytesPerSecond: this.meter.measured ? this.meter.bytesPerMs * 1000 : 0,
      roundTripMs: this.meter.roundTripMs,
      requestsInFlight: this.live.size,
      bytesInFlight: this.bytesInFlight,
      trusted: this.trusted,
      stalled: this.stalled,
    };
  }

  /** What is sent before a new request of this priority: what has begun, and what is as urgent. `askedBytes`: with what has come of it. */
  #ahead(priority: number): { readonly count: number; readonly bytes: number; readonly askedBytes: number } {
    let [count, bytes, askedBytes] = [0, 0, 0];
    for (const request of this.live) {
      const isBegun = !Number.isNaN(request.begunAtMs);
      if (!isBegun && request.priority > priority) continue;
      if (request.priority <= priority) count++;
      bytes += request.bytes - request.receivedBytes;
      askedBytes += request.bytes;
    }
    for (const ghost of this.ghosts.keys()) {
      bytes += ghost.bytes - ghost.receivedBytes;
      askedBytes += ghost.bytes;
    }
    return { count, bytes, askedBytes };
  }

  #inOrder(): FetchRequest[] {
    const rank = ({ begunAtMs, priority }: FetchRequest): number => (Number.isNaN(begunAtMs) ? priority : -1);
    return [...this.live].sort((a, b) => rank(a) - rank(b) || a.id - b.id);
  }

  /** The rate at which a request that comes now really comes, once that can be seen: it may be far below the usual. */
  #presentRate(request: FetchRequest, nowMs: number): number {
    const sinceMs = nowMs - request.begunAtMs;
    if (!(sinceMs > (this.meter.measured ? MIN_STALL_MS : FIRST_LOOK_MS)) || request.receivedBytes === 0)
      return this.bytesPerMs;
    return Math.min(this.bytesPerMs, Math.max(0.001, (2 * request.receivedBytes) / sinceMs));
  }

  /** How long it is between signs of life: a round trip, and one request's time, as `comes` may not be told. */
  #expectedGapMs(): number {
    const oldest = this.#oldest();
    const bytes = oldest === undefined ? 0 : oldest.bytes - oldest.receivedBytes;
    // One that drips from the start would tell how long to wait for it.
    const bytesPerMs = this.meter.measured ? this.bytesPerMs : GUESSED_BYTES_PER_MS;
    return this.meter.roundTripMs + Math.min(bytes, GRAIN_BYTES) / bytesPerMs;
  }

  #oldest(): FetchRequest | undefined {
    for (const request of this.live) return request;
    return undefined;
  }
}
