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
/** Fetches under way: what part of a video is here, by its id. */
export const arriving = new Box<ReadonlyMap<string, number>>(new Map());
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

/** A poster was kept. */
export const notePoster = (id: string): void => posters.set(new Set([...posters.value, id]));

interface VideoEvent {
  readonly change: "added" | "held" | "removed";
  readonly id: string;
  readonly video: Video | null;
}

function noteVideo({ change, id, video }: VideoEvent): void {
  if (shelf.value.state === "loading" || video?.kind === "subtitle") return;
  const others = shelf.value.videos.filter((one) => one.id !== id);
  const isGone = change === "removed" || video === null;
  const videos = isGone ? others : [...others, video].sort(byTitle);
  shelf.set({ ...shelf.value, videos });
}

const byTitle = (one: Video, other: Video): number => {
  const [left, right] = [one.title.toLowerCase(), other.title.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** @param whole what is all here is not on its way any more */
function noteFetch(id: string, whole: number | undefined): void {
  const part = whole !== undefined && whole >= 1 ? undefined : whole;
  if (arriving.value.get(id) === part) return;
  const next = new Map(arriving.value);
  if (part === undefined) next.delete(id);
  else next.set(id, part);
  arriving.set(next);
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
  });
  on<VideoEvent>("video", noteVideo);
  on("neighbour", () => void countNeighbours());
  on<{ readonly id: string; readonly bytes: number; readonly writtenBytes: number }>("fetch", (progress) =>
    noteFetch(progress.id, progress.bytes === 0 ? 0 : progress.writtenBytes / progress.bytes),
  );
  on<{ readonly progress: { readonly id: string } }>("fetch-ended", ({ progress }) =>
    noteFetch(progress.id, undefined),
  );
  return () => events.close();
}
