import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isLoopback } from "./web-hosts.ts";

/** Bounds of connections. Times in ms. */
export interface ConnectionBounds {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxRequestsAtOnce: number;
  readonly stalledForRoomMs: number;
}

/** One connection. */
interface Connection {
  readonly socket: Socket;
  /** The remote address; all of this machine are one. */
  readonly from: string;
  /** Requests under way. */
  requests: number;
  /** When it began, or the last request on it ended. */
  idleSinceMs: number;
  /** When something was last seen to leave, and how much waited then. */
  movedAtMs: number;
  waiting: number;
  written: number;
}

/**
 * The connections of a gateway. There are never more than the bounds: a newcomer takes the place of the one that has had
 * no request for longest, else of the reader that has taken nothing for longest, and is let go where there is none.
 */
export class WebConnections {
  readonly #all = new Map<Socket, Connection>();
  readonly #bounds: ConnectionBounds;
  readonly #clock: () => number;
  /** How many were let go to make room, or for want of it. */
  refused = 0;

  constructor(bounds: ConnectionBounds, clock: () => number) {
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** A new one. */
  opened(socket: Socket): void {
    const from = addressOf(socket);
    const nowMs = this.#clock();
    const one = { socket, from, requests: 0, idleSinceMs: nowMs, movedAtMs: nowMs, waiting: 0, written: 0 };
    const { maxConnections, maxConnectionsPerAddress } = this.#bounds;
    const own = from === THIS_MACHINE ? [] : [...this.#all.values()].filter((other) => other.from === from);
    const isGood = this.#room(own, maxConnectionsPerAddress) && this.#room([...this.#all.values()], maxConnections);
    if (!isGood) {
      this.refused++;
      socket.destroy();
      return;
    }
    this.#all.set(socket, one);
    socket.once("close", () => this.#all.delete(socket));
  }

  /** A request that begins. @returns whether it may: one that sends many at once is let go */
  began(request: IncomingMessage, response: ServerResponse): boolean {
    const one = this.#all.get(request.socket);
    if (one === undefined) return false;
    if (one.requests >= this.#bounds.maxRequestsAtOnce) {
      this.#drop(one);
      return false;
    }
    one.requests++;
    one.movedAtMs = this.#clock();
    response.once("close", () => {
      one.requests--;
      one.idleSinceMs = this.#clock();
    });
    return true;
  }

  /** A connection on which nothing has moved for the time that it was given. @returns whether it is to be closed */
  isDone(socket: Socket): boolean {
    const one = this.#all.get(socket);
    // One that waits for us to say something is not slow.
    return one === undefined || one.requests === 0 || socket.writableLength > 0;
  }

  /** Notes whose bytes move. To be called from time to time. */
  look(): void {
    for (const one of this.#all.values()) this.#look(one);
  }

  #look(one: Connection): void {
    const { writableLength, bytesWritten } = one.socket;
    if (writableLength === 0 || writableLength < one.waiting || bytesWritten !== one.written)
      one.movedAtMs = this.#clock();
    one.waiting = writableLength;
    one.written = bytesWritten;
  }

  /** Whether there is room among these, made if need be. */
  #room(among: readonly Connection[], most: number): boolean {
    if (among.length < most) return true;
    const idle = least(
      among.filter((one) => one.requests === 0),
      (one) => one.idleSinceMs,
    );
    const victim = idle ?? this.#stalled(among);
    if (victim !== undefined) this.#drop(victim);
    return victim !== undefined;
  }

  #stalled(among: readonly Connection[]): Connection | undefined {
    const sinceMs = this.#clock() - this.#bounds.stalledForRoomMs;
    return least(
      among.filter((one) => one.socket.writableLength > 0 && one.movedAtMs <= sinceMs),
      (one) => one.movedAtMs,
    );
  }

  #drop(one: Connection): void {
    this.refused++;
    this.#all.delete(one.socket);
    one.socket.destroy();
  }
}

const THIS_MACHINE = "this machine";

function addressOf({ remoteAddress = "" }: Socket): string {
  return isLoopback(remoteAddress) ? THIS_MACHINE : remoteAddress;
}

function least<One>(all: readonly One[], by: (one: One) => number): One | undefined {
  let best: One | undefined;
  for (const one of all) if (best === undefined || by(one) < by(best)) best = one;
  return best;
}
