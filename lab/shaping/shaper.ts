import { EventQueue } from "../../sim/event-queue.ts";
import type { Random } from "../../sim/random.ts";
import { Bucket } from "./bucket.ts";
import { type LinkShape, oneWayMs, pieceBytes, QUEUE_MS, windowBytes } from "./link-shape.ts";

/** The bytes of one direction of one connection. They stay outside; a {@link Shaper} says when they move. */
export interface FlowBytes {
  /** Takes up to so many bytes that wait to be sent. @returns how many; 0 when none wait */
  take(maxBytes: number): number;
  /** The oldest piece that was taken is there. Its sink says {@link Shaper.delivered} when it has room again. */
  arrive(bytes: number): void;
  /** What was said with {@link Shaper.finish} is there: nothing comes after it. */
  finished(): void;
}

/** A node's line. */
export class ShapedNode {
  shape: LinkShape;
  /** Nothing passes in or out, and nobody is told. */
  isStalled = false;
  upBytes = 0;
  downBytes = 0;
  /** @internal */
  readonly up: Bucket;
  /** @internal */
  readonly down: Bucket;
  /** @internal Flows with bytes to send, in turn. */
  readonly waiting: Flow[] = [];
  /** @internal Its line was full when it was last looked at: it has been busy since. */
  wasBusy = false;
  /** @internal It is to be looked at when some of its queue has gone. */
  isPumpOrdered = false;

  constructor(shape: LinkShape) {
    this.shape = shape;
    this.up = new Bucket(shape.upBytesPerMs);
    this.down = new Bucket(shape.downBytesPerMs);
  }
}

/** One direction of one connection, as a {@link Shaper} keeps it. */
export class Flow {
  readonly from: ShapedNode;
  readonly to: ShapedNode;
  /** @internal */
  readonly bytes: FlowBytes;
  /** @internal */
  isOpen = false;
  /** @internal Cut: what is under way goes nowhere. */
  isGone = false;
  /** @internal */
  isWaiting = false;
  /** @internal Taken and not delivered. */
  underWayBytes = 0;
  /** @internal When its newest piece is at the other node's line: the next is not there before. */
  lastAtMs: number = -Infinity;
  /** @internal Arrived while a node was stalled. */
  readonly held: Step[] = [];

  constructor(from: ShapedNode, to: ShapedNode, bytes: FlowBytes) {
    this.from = from;
    this.to = to;
    this.bytes = bytes;
  }
}

/** What is to happen to a flow: its connection stands, or a piece comes to the far line, then leaves it; 0 bytes: its end. */
interface Step {
  readonly kind: "open" | "comes" | "leaves";
  readonly flow: Flow;
  readonly bytes: number;
  readonly atMs: number;
}

/** How far behind a busy line may be served without losing its rate: longer pauses of this process are lost. */
const MAX_LATE_MS = 200;
/** After a pause, bytes that came meanwhile are seen within so long. */
const CATCH_UP_MS = 10;

/**
 * Lines between nodes: pieces of all connections take turns on the sender's line, travel, and go one behind the other
 * through the receiver's. Pure: time is an argument, and {@link advance} is to be called at {@link nextMs}.
 */
export class Shaper {
  readonly #steps = new EventQueue<Step | ShapedNode>();
  readonly #random: Random;
  #lateFromMs = Infinity;
  #lateUntilMs = -Infinity;

  constructor(random: Random) {
    this.#random = random;
  }

  /** When something happens next, in ms; Infinity for never. */
  get nextMs(): number {
    return this.#steps.nextMs;
  }

  /** A connection was made: bytes pass once both sides would have heard of one another. */
  open(flow: Flow, nowMs: number): void {
    const atMs = nowMs + 2 * oneWayMs(flow.from.shape, flow.to.shape);
    this.#steps.push(atMs, { kind: "open", flow, bytes: 0, atMs });
  }

  /** This process has slept since then, although something was due: lines were not idle because of that. */
  wasLate(fromMs: number, nowMs: number): void {
    this.#lateFromMs = fromMs;
    this.#lateUntilMs = nowMs + CATCH_UP_MS;
  }

  /** A flow may have bytes to send. */
  offers(flow: Flow, nowMs: number): void {
    if (flow.isWaiting || !flow.isOpen || flow.isGone) return;
    flow.isWaiting = true;
    flow.from.waiting.push(flow);
    this.#pump(flow.from, nowMs);
  }

  /** Bytes that arrived have been taken off the line's hands. */
  delivered(flow: Flow, bytes: number, nowMs: number): void {
    flow.underWayBytes -= bytes;
    this.offers(flow, nowMs);
  }

  /** The sender has said its last; all its bytes have been taken. */
  finish(flow: Flow, nowMs: number): void {
    if (!flow.isGone) this.#travel(flow, 0, nowMs);
  }

  /** Lets nothing more of a flow through. */
  cut(flow: Flow): void {
    flow.isGone = true;
  }

  /** A node's line becomes another one. What is under way arrives as it was to. */
  reshape(node: ShapedNode, shape: LinkShape, nowMs: number): void {
    node.shape = shape;
    node.up.bytesPerMs = shape.upBytesPerMs;
    node.down.bytesPerMs = shape.downBytesPerMs;
    this.#pump(node, nowMs);
  }

  /** Opens or closes the hole into which everything of a node falls, to come out again. `flows`: all of that node. */
  stall(node: ShapedNode, isStalled: boolean, flows: Iterable<Flow>, nowMs: number): void {
    node.isStalled = isStalled;
    if (isStalled) return;
    node.wasBusy = false;
    for (const flow of flows) {
      for (const step of flow.held.splice(0)) this.#happen({ ...step, atMs: nowMs }, nowMs);
      this.offers(flow, nowMs);
      this.#pump(flow.from, nowMs);
    }
  }

  /** Does what is due. */
  advance(nowMs: number): void {
    while (this.#steps.nextMs <= nowMs) {
      const step = this.#steps.pop() as Step | ShapedNode;
      if (!(step instanceof ShapedNode)) this.#happen(step, nowMs);
      else {
        step.isPumpOrdered = false;
        this.#pump(step, nowMs);
      }
    }
  }

  #happen(step: Step, nowMs: number): void {
    const { kind, flow, bytes, atMs } = step;
    if (flow.isGone) return;
    if (flow.from.isStalled || flow.to.isStalled || flow.held.length > 0) {
      flow.held.push(step);
      return;
    }
    if (kind === "open") {
      flow.isOpen = true;
      this.offers(flow, nowMs);
    } else if (kind === "leaves") this.#arrive(flow, bytes);
    else {
      const leavesAtMs = flow.to.down.take(bytes, atMs);
      // Only what no line holds back may go at once: anything else has earlier pieces to wait for.
      if (leavesAtMs === atMs && bytes > 0) this.#arrive(flow, bytes);
      else this.#steps.push(leavesAtMs, { kind: "leaves", flow, bytes, atMs: leavesAtMs });
    }
  }

  #arrive(flow: Flow, bytes: number): void {
    if (bytes === 0) {
      flow.bytes.finished();
      return;
    }
    flow.to.downBytes += bytes;
    flow.bytes.arrive(bytes);
  }

  /** Lets the flows of a node send in turn, until their bytes fill the queue in front of its line. */
  #pump(node: ShapedNode, nowMs: number): void {
    if (node.isStalled) return;
    const atMs = this.#freeSinceMs(node, nowMs);
    node.wasBusy = false;
    while (node.waiting.length > 0) {
      if (node.up.freeAtMs - nowMs >= QUEUE_MS) {
        node.wasBusy = true;
        if (!node.isPumpOrdered) this.#steps.push(node.up.freeAtMs - QUEUE_MS / 2, node);
        node.isPumpOrdered = true;
        return;
      }
      const flow = node.waiting.shift() as Flow;
      const bytes = this.#takeFrom(flow);
      if (bytes === 0) continue;
      node.waiting.push(flow);
      // Time that was lost is made up for in rate; a byte still travels as long as it has to from now on.
      this.#travel(flow, bytes, Math.max(nowMs, node.up.take(bytes, atMs)));
      node.upBytes += bytes;
    }
  }

  /** From when on a node's line may have sent what it sends now. */
  #freeSinceMs({ wasBusy, up }: ShapedNode, nowMs: number): number {
    if (wasBusy) return Math.max(up.freeAtMs, nowMs - MAX_LATE_MS);
    return nowMs < this.#lateUntilMs ? Math.max(Math.min(this.#lateFromMs, nowMs), nowMs - MAX_LATE_MS) : nowMs;
  }

  /** The next piece of a flow; without one it no longer waits for its turn. */
  #takeFrom(flow: Flow): number {
    const { from, to } = flow;
    const most = pieceBytes(Math.min(from.shape.upBytesPerMs, to.shape.downBytesPerMs));
    const room = windowBytes(from.shape, to.shape) - flow.underWayBytes;
    const bytes = flow.isGone || to.isStalled || room <= 0 ? 0 : flow.bytes.take(Math.min(most, room));
    flow.isWaiting = bytes > 0;
    flow.underWayBytes += bytes;
    return bytes;
  }

  #travel(flow: Flow, bytes: number, leftAtMs: number): void {
    const { from, to } = flow;
    const jitterMs = from.shape.jitterMs + to.shape.jitterMs;
    const lateMs = jitterMs > 0 ? this.#random.between(0, jitterMs) : 0;
    const atMs = Math.max(flow.lastAtMs, leftAtMs + oneWayMs(from.shape, to.shape) + lateMs);
    flow.lastAtMs = atMs;
    this.#steps.push(atMs, { kind: "comes", flow, bytes, atMs });
  }
}
