/** [first chunk, how many, who sent them]: -1 from before, else a place in the list of peers. */
type Run = readonly [number, number, number];

/** A holder as the gateway tells of it. Names and reasons are others' words. */
export interface Holder {
  readonly peer: string;
  readonly name: string;
  readonly state: "connecting" | "serving" | "gone" | "dropped";
  readonly reason: string | null;
  readonly carrier: "direct" | "libp2p" | null;
  readonly roundTripMs: number | null;
  readonly bytesPerSecond: number;
  readonly receivedBytes: number;
  readonly heldChunks: number;
}

interface All {
  readonly chunks: number;
  readonly bytes: number;
  readonly chunkBytes: number;
  readonly held: readonly Run[];
}

interface News {
  readonly phase: "idle" | "finding" | "connecting" | "fetching" | "ended";
  readonly held: number;
  readonly bytesPerSecond: number;
  readonly peers: readonly string[];
  readonly names?: readonly string[];
  readonly holders: readonly Holder[];
  readonly more: number;
  readonly came: readonly Run[];
  readonly lost: readonly number[];
}

/** A chunk that is not here. */
export const MISSING = -2;
/** A chunk that is here, and nobody knows who sent it: it was added here, or came before the node was started. */
export const FROM_BEFORE = -1;

/** A shoal at a moment. */
export interface Shoal {
  readonly chunks: number;
  readonly bytes: number;
  /** Of each chunk, who sent it: {@link MISSING}, {@link FROM_BEFORE}, or a place in `peers`. Changed in place. */
  readonly senders: Int16Array;
  readonly held: number;
  readonly phase: News["phase"];
  readonly bytesPerSecond: number;
  readonly peers: readonly string[];
  /** Of these, in the same order; others' words. */
  readonly names: readonly string[];
  readonly holders: readonly Holder[];
  readonly more: number;
}

/** What a feed tells. */
export interface ShoalEvents {
  changed(shoal: Shoal): void;
  /** A chunk has come just now. */
  came(chunk: number, sender: number): void;
}

/** A video's chunks as they come, from the gateway's events. The browser connects again by itself. */
export class ShoalFeed {
  readonly #events: ShoalEvents;
  readonly #source: EventSource;
  #shoal: Shoal | undefined;

  constructor(id: string, events: ShoalEvents) {
    this.#events = events;
    this.#source = new EventSource(`/api/v1/videos/${id}/shoal`);
    this.#source.addEventListener("all", (event) => this.#all(JSON.parse(event.data as string) as All));
    this.#source.addEventListener("news", (event) => this.#news(JSON.parse(event.data as string) as News));
  }

  close(): void {
    this.#source.close();
  }

  #all({ chunks, bytes, held }: All): void {
    const senders = new Int16Array(chunks).fill(MISSING);
    for (const [first, count, sender] of held) senders.fill(sender, first, first + count);
    const { phase, bytesPerSecond, peers, names, holders, more } = this.#shoal ?? NOTHING;
    this.#tell({ chunks, bytes, senders, held: 0, phase, bytesPerSecond, peers, names, holders, more });
  }

  #news({ came, lost, names = [], ...news }: News): void {
    const before = this.#shoal;
    if (before === undefined) return;
    const { senders } = before;
    for (const chunk of lost) senders[chunk] = MISSING;
    for (const [first, count, sender] of came)
      for (let chunk = first; chunk < Math.min(first + count, before.chunks); chunk++) {
        senders[chunk] = sender;
        this.#events.came(chunk, sender);
      }
    this.#tell({ ...before, ...news, names });
  }

  #tell(shoal: Shoal): void {
    this.#shoal = shoal;
    this.#events.changed(shoal);
  }
}

const NOTHING = { phase: "idle", bytesPerSecond: 0, peers: [], names: [], holders: [], more: 0 } as const;

/** How many chunks each has sent, by place in `peers`; what was here from before last. */
export function sharesOf({ senders, peers }: Shoal): { readonly byPeer: readonly number[]; readonly before: number } {
  const byPeer = peers.map(() => 0);
  let before = 0;
  for (const sender of senders) {
    if (sender === FROM_BEFORE) before++;
    else if (sender >= 0) byPeer[sender] = (byPeer[sender] ?? 0) + 1;
  }
  return { byPeer, before };
}
