import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { beforeEach, describe, expect, test } from "vitest";
import { WebConnections } from "../../../src/gateway/web-connections.ts";

const BOUNDS = { maxConnections: 4, maxConnectionsPerAddress: 2, maxRequestsAtOnce: 3, stalledForRoomMs: 1000 };

/** What is used of a socket. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  writableLength = 0;
  bytesWritten = 0;
  isDestroyed = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit("close");
  }
}

let nowMs = 0;
let connections: WebConnections = new WebConnections(BOUNDS, () => nowMs);
beforeEach(() => {
  nowMs = 0;
  connections = new WebConnections(BOUNDS, () => nowMs);
});

function open(address = "127.0.0.1"): FakeSocket {
  const socket = new FakeSocket(address);
  nowMs++;
  connections.opened(socket as unknown as Socket);
  return socket;
}

/** A request on it; call what it gives to end it. `undefined`: it was not let in. */
function ask(socket: FakeSocket): (() => void) | undefined {
  const response = new EventEmitter();
  const isIn = connections.began({ socket } as unknown as IncomingMessage, response as unknown as ServerResponse);
  return isIn ? () => void response.emit("close") : undefined;
}

const gone = (...sockets: readonly FakeSocket[]): boolean[] => sockets.map(({ isDestroyed }) => isDestroyed);

describe("when there is no more room, a newcomer takes the place of", () => {
  test("the connection that has been idle for longest", () => {
    const all = [open(), open(), open(), open()] as const;
    const end = ask(all[0]);
    nowMs = 100;
    end?.();
    open();
    expect(gone(...all)).toEqual([false, true, false, false]);
    expect([connections.size, connections.refused]).toEqual([4, 1]);
  });

  test("else of the reader that has taken nothing for longest, when that is long", () => {
    const all = [open(), open(), open(), open()] as const;
    for (const socket of all) ask(socket);
    for (const socket of all) socket.writableLength = 100;
    connections.look();
    nowMs = 500;
    all[0].bytesWritten = 5;
    connections.look();
    nowMs = 900;
    expect(gone(open())).toEqual([true]);
    nowMs = 1200;
    expect(gone(open(), ...all)).toEqual([false, false, true, false, false]);
  });

  test("and of nobody that is being served", () => {
    const all = [open(), open(), open(), open()] as const;
    for (const socket of all) ask(socket);
    nowMs = 1e6;
    expect(gone(open(), ...all)).toEqual([true, false, false, false, false]);
  });
});

test("one address that is not this machine's has its own bound, and makes room for itself only", () => {
  const own = open();
  const [one, two] = [open("10.0.0.1"), open("10.0.0.1")];
  const three = open("10.0.0.1");
  expect(gone(own, one, two, three)).toEqual([false, true, false, false]);
  ask(two);
  ask(three);
  expect(gone(open("10.0.0.1"), open("10.0.0.2"), own)).toEqual([true, false, false]);
});

test("one connection has no more requests than the bound, and is let go with more", () => {
  const socket = open();
  const ends = [ask(socket), ask(socket), ask(socket)];
  ends[0]?.();
  expect(ask(socket)).toBeDefined();
  expect([ask(socket), socket.isDestroyed, connections.size]).toEqual([undefined, true, 0]);
});

test("a connection is done when it is idle or does not take what waits, and not when it waits for us", () => {
  const socket = open();
  const isDone = (): boolean => connections.isDone(socket as unknown as Socket);
  expect(isDone()).toBe(true);
  const end = ask(socket);
  expect(isDone()).toBe(false);
  socket.writableLength = 1;
  expect(isDone()).toBe(true);
  socket.writableLength = 0;
  end?.();
  expect(isDone()).toBe(true);
});
