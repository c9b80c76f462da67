import { createServer, type Server, type Socket } from "node:net";
import type { Random } from "../../sim/random.ts";
import { type LinkShape, OPEN_LINK } from "../shaping/link-shape.ts";
import { type Flow, ShapedNode } from "../shaping/shaper.ts";
import { Connection } from "./connection.ts";
import { ShaperClock } from "./shaper-clock.ts";
import { whoDials } from "./who-dials.ts";

/** Bytes that a socket here takes before its turn: what the system holds beside them is not ours to choose. */
const READ_AHEAD_BYTES = 16_384;

/** Ports of a node: those that others are told of, and for each the one that it really listens on. */
export type PortMap = ReadonlyMap<number, number>;

/** A node whose traffic goes through its own line. */
export class EmulatedNode {
  readonly name: string;
  readonly line: ShapedNode;
  readonly ports: PortMap;
  /** Connections that it dials are known by its process. */
  pid: number | undefined;
  /** @internal */
  readonly servers: Server[] = [];

  constructor(name: string, shape: LinkShape, ports: PortMap) {
    this.name = name;
    this.line = new ShapedNode(shape);
    this.ports = ports;
  }
}

/**
 * Lines between processes on this machine: each node is reached at public ports that are ours, and what it dials there
 * is known by its process. TCP and loopback only, no right needed. Slow start and packet loss are not emulated: the
 * system's own TCP runs on loopback on both sides.
 */
export class Emulator {
  readonly #random: Random;
  readonly #clock: ShaperClock;
  readonly #nodes: EmulatedNode[] = [];
  readonly #connections = new Set<Connection>();
  /** Who is no node of ours: a line that nobody notices. */
  readonly #strangers = new ShapedNode(OPEN_LINK);

  constructor(random: Random) {
    this.#random = random;
    this.#clock = new ShaperClock(random.fork("jitter"));
  }

  /** Connections under way. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Listens on a node's public ports. */
  async add(name: string, shape: LinkShape, ports: PortMap): Promise<EmulatedNode> {
    const node = new EmulatedNode(name, shape, ports);
    this.#nodes.push(node);
    await this.#listen(node);
    return node;
  }

  /** Its line becomes another one. */
  reshape(node: EmulatedNode, shape: LinkShape): void {
    this.#clock.run((shaper, nowMs) => shaper.reshape(node.line, shape, nowMs));
  }

  /** Cuts all its connections now. @returns how many */
  cut(node: EmulatedNode): number {
    const connections = this.#of(node);
    for (const connection of connections) connection.cut();
    return connections.length;
  }

  /** A hole: nothing passes, and connections stay, until it is over. */
  stall(node: EmulatedNode, isStalled: boolean): void {
    const flows: Flow[] = this.#of(node).flatMap((connection) => connection.flows);
    this.#clock.run((shaper, nowMs) => shaper.stall(node.line, isStalled, flows, nowMs));
  }

  /** All its connections end for the other sides; the node itself is not told. */
  halfOpen(node: EmulatedNode): void {
    for (const connection of this.#of(node)) connection.halfOpen(node.line);
  }

  /** Takes no new connections to it any more, or takes them again. */
  async refuse(node: EmulatedNode, isRefused: boolean): Promise<void> {
    for (const server of node.servers.splice(0)) server.close();
    if (!isRefused) await this.#listen(node);
  }

  /** Cuts everything and listens no more. */
  close(): void {
    for (const node of this.#nodes) for (const server of node.servers.splice(0)) server.close();
    for (const connection of this.#connections) connection.cut();
    this.#clock.stop();
  }

  #of(node: EmulatedNode): Connection[] {
    return [...this.#connections].filter(({ dialler, listener }) => dialler === node.line || listener === node.line);
  }

  async #listen(node: EmulatedNode): Promise<void> {
    for (const [publicPort, port] of node.ports) {
      const options = { noDelay: true, allowHalfOpen: true, highWaterMark: READ_AHEAD_BYTES };
      const server = createServer(options, (socket) => this.#accept(node, publicPort, port, socket));
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once("error", reject);
      server.listen(publicPort, "127.0.0.1", resolve);
      await promise;
      node.servers.push(server);
    }
  }

  #accept(listener: EmulatedNode, publicPort: number, port: number, accepted: Socket): void {
    const dialler = this.#diallerOf(accepted.remotePort ?? 0, publicPort);
    const connection = new Connection({
      accepted,
      dialler,
      listener: listener.line,
      port,
      clock: this.#clock,
      ended: () => {
        clearTimeout(timer);
        this.#connections.delete(connection);
      },
    });
    this.#connections.add(connection);
    const meanMs = 1 / (1 / dialler.shape.cutEveryMs + 1 / listener.line.shape.cutEveryMs);
    const timer =
      meanMs === Infinity ? undefined : setTimeout(() => connection.cut(), -Math.log(1 - this.#random.unit()) * meanMs);
  }

  #diallerOf(localPort: number, publicPort: number): ShapedNode {
    const byPid = new Map(this.#nodes.flatMap((node) => (node.pid === undefined ? [] : [[node.pid, node]])));
    const pid = byPid.size === 0 ? undefined : whoDials(localPort, publicPort, byPid.keys());
    return pid === undefined ? this.#strangers : (byPid.get(pid)?.line ?? this.#strangers);
  }
}
