import { askFor, askForLines } from "../base/api.ts";
import { Box } from "../base/box.ts";

/** A video as the API tells of it. Texts are claims of strangers. */
export interface Video {
  readonly id: string;
  readonly kind: "video" | "subtitle";
  readonly title: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly durationMs: number;
  readonly bytes: number;
  readonly chunks: number;
  readonly held: number;
  readonly heldBytes: number;
  readonly addedAtMs: number;
  readonly state: "complete" | "partial" | "damaged" | "changed" | "missing";
}

/** What is known of the library. */
export interface Shelf {
  readonly state: "loading" | "ready" | "failed";
  readonly videos: readonly Video[];
}

/** The library's videos, as they were last told. */
export const shelf = new Box<Shelf>({ state: "loading", videos: [] });
/** Ids of videos with a poster. */
export const posters = new Box<ReadonlySet<string>>(new Set());
/** A video that is on its way. */
export interface Arrival {
  /** What is here of it, from 0 to 1. */
  readonly part: number;
  /** Somebody wants all of it; else it only comes as it is watched. */
  readonly isWanted: boolean;
}

/** Fetches under way, by the video's id. */
export const arriving = new Box<ReadonlyMap<string, Arrival>>(new Map());
/** How often it is told that a fetch has begun or ended: others may follow what comes of it. */
export const fetchNews = new Box(0);
/** How many neighbours the node has; `undefined`: not known yet. */
export const neighbours = new Box<number | undefined>(undefined);

/** So many are shown before the rest has come. */
const FIRST = 120;

/** Asks for all of it anew. */
export async function loadShelf(): Promise<void> {
  const videos: Video[] = [];
  try {
    void loadPosters();
    for await (const video of askForLines<Video>("/api/v1/videos?kind=video")) {
      videos.push(video);
      if (videos.length === FIRST && shelf.value.state !== "ready") shelf.set({ state: "ready", videos: [...videos] });
    }
    shelf.set({ state: "ready", videos });
  } catch {
    shelf.set({ state: "failed", videos: shelf.value.videos });
  }
}

async function loadPosters(): Promise<void> {
  try {
    const known = await askFor<{ readonly posters: readonly string[] }>("/api/v1/posters");
    posters.set(new Set(known.posters));
  } catch {
    // Without pictures.
  }
}

/** Posters were kept. */
export function notePosters(ids: readonly string[]): void {
  const fresh = ids.filter((id) => !posters.value.has(id));
  if (fresh.length > 0) posters.set(new Set([...posters.value, ...fresh]));
}

interface VideoEvent {
  readonly change: "added" | "held" | "removed";
  readonly id: string;
  readonly video: Video | null;
}

function noteVideo({ change, id, video }: VideoEvent): void {
  if (shelf.value.state === "loading" || video?.kind === "subtitle") return;
  const others = shelf.value.videos.filter((one) => one.id !== id);
  const isGone = change === "removed" || video === null;
  const videos = isGone ? others : [...others, video].toSorted(byTitle);
  shelf.set({ ...shelf.value, videos });
}

const byTitle = (one: Video, other: Video): number => {
  const [left, right] = [one.title.toLowerCase(), other.title.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** When a video on its way that is not on the shelf may be asked for again, by its id. */
const strange = new Map<string, number>();
const ASK_AGAIN_MS = 2000;

/** A video is the library's from its first moments on, and the node may not have told of that. */
async function lookForNew(id: string): Promise<void> {
  const isKnown = shelf.value.state !== "ready" || shelf.value.videos.some((one) => one.id === id);
  if (isKnown || performance.now() < (strange.get(id) ?? 0)) return;
  strange.set(id, performance.now() + ASK_AGAIN_MS);
  try {
    noteVideo({ change: "added", id, video: await askFor<Video>(`/api/v1/videos/${id}`) });
  } catch {
    // It is not there yet.
  }
}

/** @param arrival `undefined`: it has ended */
function noteFetch(id: string, arrival: Arrival | undefined): void {
  const before = arriving.value.get(id);
  // What is all here is not on its way any more.
  const now = arrival !== undefined && arrival.part < 1 ? arrival : undefined;
  if (before?.isWanted !== now?.isWanted) fetchNews.set(fetchNews.value + 1);
  if (before?.part === now?.part && before?.isWanted === now?.isWanted) return;
  const next = new Map(arriving.value);
  if (now === undefined) next.delete(id);
  else next.set(id, now);
  arriving.set(next);
}

interface FetchEvent {
  readonly id: string;
  readonly bytes: number;
  readonly writtenBytes: number;
  readonly wantsAll: boolean;
}

async function countNeighbours(): Promise<void> {
  try {
    const { peers } = await askFor<{ readonly peers: readonly { readonly isNeighbour: boolean }[] }>("/api/v1/status");
    neighbours.set(peers.filter(({ isNeighbour }) => isNeighbour).length);
  } catch {
    // It is told when the node is there again.
  }
}

/** Follows what happens to the library. The browser connects again by itself. @returns how to end it */
export function followEvents(): () => void {
  const events = new EventSource("/api/v1/events");
  const on = <Data>(name: string, act: (data: Data) => void): void =>
    events.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data) as Data));
  on<{ readonly missed: boolean }>("hello", ({ missed }) => {
    if (missed) void loadShelf();
    void countNeighbours();
    fetchNews.set(fetchNews.value + 1);
  });
  on<VideoEvent>("video", noteVideo);
  on("neighbour", () => void countNeighbours());
  on<FetchEvent>("fetch", ({ id, bytes, writtenBytes, wantsAll }) => {
    noteFetch(id, { part: bytes === 0 ? 0 : writtenBytes / bytes, isWanted: wantsAll });
    if (writtenBytes > 0) void lookForNew(id);
  });
  on<{ readonly progress: { readonly id: string } }>("fetch-ended", ({ progress }) =>
    noteFetch(progress.id, undefined),
  );
  return () => events.close();
}
