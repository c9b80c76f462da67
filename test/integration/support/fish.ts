import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { HeldVideo, Wanted } from "../../../src/core/wire/stream/find-message.ts";
import { startEngine } from "../../../src/node/engine.ts";
import type { Engine, EngineOptions } from "../../../src/node/engine-types.ts";
import { FindLinks } from "../../../src/node/find-links.ts";
import { FindService, type FoundHolder } from "../../../src/node/find-service.ts";
import { NeighboursService } from "../../../src/node/neighbours-service.ts";
import { PeerBook } from "../../../src/node/peer-book.ts";

/** A fresh identity. */
export const newKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;

/** A video that a node of a test holds. */
export const heldVideo = (first: number, title: string): HeldVideo => ({
  id: new Uint8Array(32).fill(first),
  bytes: 1_000_000 * first,
  heldChunks: first,
  title,
});

/** What a test may say of a node. */
export interface FishOptions extends Partial<Omit<EngineOptions, "isRefused" | "count">> {
  readonly name?: string;
  readonly folder?: string;
  readonly videos?: readonly HeldVideo[];
  /** Peers to join: the node then chooses its neighbours itself. */
  readonly join?: readonly string[];
}

/** One node of a test, on loopback: the engine and the finding, and, where it is told whom to join, its neighbours. */
export interface Fish {
  readonly key: KeyObject;
  readonly folder: string;
  readonly engine: Engine;
  readonly links: FindLinks;
  readonly find: FindService;
  readonly book: PeerBook;
  readonly neighbours: NeighboursService;
  /** The first address, `/p2p/…` included. */
  readonly address: string;
  readonly peer: string;
  /** How often each thing was refused. */
  readonly counts: Map<string, number>;
  readonly notices: string[];
  count(cause: string): void;
  /** Stops it, once. */
  stop(): Promise<void>;
}

/** Starts a node with this data folder. */
export async function startFish(options: FishOptions & { readonly folder: string }): Promise<Fish> {
  const { key = newKey(), folder, name = "", videos = [], maxPeers = 32 } = options;
  const counts = new Map<string, number>();
  const notices: string[] = [];
  const count = (cause: string): void => void counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const book = await PeerBook.open({ folder, wallClockMs: Date.now, notice: (text) => void notices.push(text) });
  const engine = await startEngine({
    ...{ key, count, listen: ["127.0.0.1:0"], announce: [], mdns: false, dht: false, nat: false, maxPeers },
    ...{ version: "0.0.0", isRefused: (peer: string) => book.isRefused(peer) },
    ...options,
  });
  const links = new FindLinks(engine, name);
  const lookUp = (wanted: Wanted): Promise<HeldVideo[]> => Promise.resolve(videos.filter(fits(wanted)));
  const find = new FindService({ engine, links, lookUp, count });
  const neighbours = new NeighboursService({ engine, links, find, book, count, join: options.join ?? [], maxPeers });
  await links.start();
  if (options.join !== undefined) neighbours.start();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    neighbours.stop();
    find.stop();
    await links.stop();
    await engine.close();
    await book.close();
  };
  return {
    ...{ key, folder, engine, links, find, book, neighbours, counts, notices, count },
    ...{ address: engine.addresses()[0] ?? "", peer: engine.peerId },
    stop: () => (stopped ??= stop()),
  };
}

const fits =
  (wanted: Wanted) =>
  ({ id, title }: HeldVideo): boolean =>
    wanted.kind === "video" ? Buffer.compare(id, wanted.id) === 0 : title.includes(wanted.words);

/** Accepts everybody as a neighbour: for tests of finding alone. */
export function acceptAll({ links, find }: Fish): void {
  links.listen({ opened: ({ peer }) => find.joined(peer) });
}

/** The peer ids of a node's neighbours. */
export const neighboursOf = ({ neighbours }: Fish): string[] =>
  neighbours.peers().flatMap(({ peer, isNeighbour }) => (isNeighbour ? [peer] : []));

/** Opens a find stream from one to the other. */
export async function connect(from: Fish, to: Fish): Promise<void> {
  await from.links.open(await from.engine.dial({ peer: to.peer, addresses: to.engine.addresses() }));
}

/** All that a search brings. */
export async function searchAll(fish: Fish, wanted: Wanted, enough = 4): Promise<FoundHolder[]> {
  const found: FoundHolder[] = [];
  for await (const holder of fish.find.search(wanted, { enough })) found.push(holder);
  return found;
}
