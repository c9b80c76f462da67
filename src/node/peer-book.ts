import { randomBytes } from "node:crypto";
import { open, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NETWORK } from "../core/limits.ts";
import type { NamedPeer } from "../core/neighbours/neighbours-types.ts";

/** Who is refused, and until when. */
export interface RefusedPeer {
  readonly peer: string;
  readonly reason: string;
  /** On the wall clock. */
  readonly untilMs: number;
  /** How often it lied, as far as that is remembered; absent for what was no lie. */
  readonly lies?: number;
}

/** What a {@link PeerBook} starts with. */
export interface PeerBookOptions {
  /** The data folder. */
  readonly folder: string;
  readonly wallClockMs: () => number;
  /** Told what a person should know: the file could not be read or written. */
  readonly notice: (text: string) => void;
}

/** How long a peer is refused for its first lie, its second, and each after that. */
const LIE_MS = [NETWORK.malformedMemoryMs, 86_400_000, NETWORK.liarMemoryMs];
const NAME = "known-peers.json";
const VERSION = 1;
/** Changes that come together are written together. */
const WRITE_DELAY_MS = 2000;

/**
 * Peers that were neighbours, for the next start, and those that are refused. A cache: `known-peers.json` in the data
 * folder, replaced as a whole by a rename, never synced; one that cannot be read is as good as none.
 *
 * `{ "version": 1, "peers": [{ "peer", "addresses": [], "record"?: base64 }], "refused": [{ "peer", "reason", "untilMs", "lies"? }] }`
 */
export class PeerBook {
  readonly #options: PeerBookOptions;
  /** The one that was remembered last is the last. */
  readonly #peers = new Map<string, NamedPeer>();
  readonly #refused = new Map<string, RefusedPeer>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;

  private constructor(options: PeerBookOptions) {
    this.#options = options;
  }

  /** Reads the book of a data folder. Never rejects: what cannot be read is a notice. */
  static async open(options: PeerBookOptions): Promise<PeerBook> {
    const book = new PeerBook(options);
    try {
      await book.#read();
    } catch (error) {
      options.notice(`the peers known from before are forgotten: ${NAME}: ${(error as Error).message}`);
    }
    return book;
  }

  /** Those to try first come first. */
  peers(): NamedPeer[] {
    return [...this.#peers.values()].reverse();
  }

  /** Those who are refused now. */
  refused(): RefusedPeer[] {
    return [...this.#refused.values()].filter(({ peer }) => this.isRefused(peer));
  }

  /** Keeps a peer, in place of what was kept of it. */
  remember(peer: NamedPeer): void {
    this.#peers.delete(peer.peer);
    this.#peers.set(peer.peer, peer);
    cut(this.#peers, NETWORK.maxPeersInBook);
    this.#changed();
  }

  forget(peer: string): void {
    if (this.#peers.delete(peer)) this.#changed();
  }

  /** Refuses a peer for a time; a longer refusal that there is stays. */
  refuse(peer: string, reason: string, forMs: number): void {
    const untilMs = this.#options.wallClockMs() + forMs;
    if ((this.#refused.get(peer)?.untilMs ?? 0) >= untilMs) return;
    this.#refused.delete(peer);
    this.#refused.set(peer, { peer, reason, untilMs });
    cut(this.#refused, NETWORK.maxLiarsRemembered);
    this.#changed();
  }

  /**
   * Refuses a peer for a lie: a disk that rots looks the same the first time, so that is for minutes; the second time a
   * day, then a month. @returns how long, in ms
   */
  lied(peer: string, reason: string): number {
    const before = this.#refused.get(peer);
    const lies = (before !== undefined && this.#isRemembered(before) ? (before.lies ?? 0) : 0) + 1;
    const forMs = LIE_MS[Math.min(lies, LIE_MS.length) - 1] as number;
    this.#refused.delete(peer);
    this.#refused.set(peer, { peer, reason, untilMs: this.#options.wallClockMs() + forMs, lies });
    cut(this.#refused, NETWORK.maxLiarsRemembered);
    this.#changed();
    return forMs;
  }

  isRefused(peer: string): boolean {
    const leftMs = (this.#refused.get(peer)?.untilMs ?? 0) - this.#options.wallClockMs();
    // Longer than anybody is ever refused: the clock was ahead when that was written.
    return leftMs > 0 && leftMs <= NETWORK.liarMemoryMs;
  }

  /** Whether a refusal counts when its peer lies again: for a month after its end. */
  #isRemembered({ untilMs }: RefusedPeer): boolean {
    return Math.abs(untilMs - this.#options.wallClockMs()) <= NETWORK.liarMemoryMs;
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS).unref();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#replace());
  }

  async #replace(): Promise<void> {
    const path = join(this.#options.folder, NAME);
    const fresh = `${path}.${randomBytes(4).toString("hex")}`;
    const peers = [...this.#peers.values()].map(({ peer, addresses, record }) => ({
      peer,
      addresses,
      ...(record === undefined ? {} : { record: Buffer.from(record).toString("base64") }),
    }));
    const isKept = (one: RefusedPeer): boolean =>
      one.lies === undefined ? this.isRefused(one.peer) : this.#isRemembered(one);
    const refused = [...this.#refused.values()].filter(isKept);
    try {
      await writeFile(fresh, JSON.stringify({ version: VERSION, peers, refused }), { mode: 0o600 });
      await rename(fresh, path);
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => undefined);
      if (!this.#hasFailed) this.#options.notice(`known peers are not kept: ${(error as Error).message}`);
      this.#hasFailed = true;
    }
  }

  async #read(): Promise<void> {
    const path = join(this.#options.folder, NAME);
    const stats = await stat(path).catch(absent);
    if (stats === undefined) return;
    if (!stats.isFile() || stats.size > NETWORK.maxPeerBookBytes) throw new Error("it is not such a file");
    const file = await open(path, "r");
    try {
      this.#take(JSON.parse(await file.readFile("utf8")));
    } finally {
      await file.close();
    }
  }

  /** What is not as it has to be is passed over. */
  #take(value: unknown): void {
    if (!isRecord(value) || value["version"] !== VERSION) throw new Error("it is of another version");
    for (const peer of listIn(value, "peers").slice(0, NETWORK.maxPeersInBook)) {
      const named = asPeer(peer);
      if (named !== undefined) this.#peers.set(named.peer, named);
    }
    for (const refused of listIn(value, "refused").slice(0, NETWORK.maxLiarsRemembered)) {
      if (isRefusal(refused)) this.#refused.set(refused.peer, refused);
    }
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const listIn = (value: Record<string, unknown>, key: string): unknown[] =>
  Array.isArray(value[key]) ? (value[key] as unknown[]) : [];

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= NETWORK.maxAddressChars;

function asPeer(value: unknown): NamedPeer | undefined {
  if (!isRecord(value) || !isText(value["peer"])) return undefined;
  const addresses = listIn(value, "addresses").filter(isText).slice(0, NETWORK.maxAddressesPerPeer);
  const text = value["record"];
  const record = typeof text === "string" ? new Uint8Array(Buffer.from(text, "base64")) : undefined;
  const isGood = record !== undefined && record.length > 0 && record.length <= NETWORK.maxPeerRecordBytes;
  return { peer: value["peer"], addresses, ...(isGood ? { record } : {}) };
}

const isRefusal = (value: unknown): value is RefusedPeer =>
  isRecord(value) &&
  isText(value["peer"]) &&
  isText(value["reason"]) &&
  Number.isFinite(value["untilMs"]) &&
  (value["lies"] === undefined || Number.isSafeInteger(value["lies"]));

/** Takes the oldest away until there are no more than so many. */
function cut(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
