import { useEffect } from "preact/hooks";
import { askFor } from "../base/api.ts";
import { Box } from "../base/box.ts";
import { notePosters, type Video } from "./videos.ts";

/** How many other peers hold a video. */
export interface Holders {
  readonly count: number;
  /** There are more. */
  readonly isMore: boolean;
}

/** How many others hold the videos that were seen last, by id; nothing where it is not known. */
export const holdersOf = new Box<ReadonlyMap<string, Holders>>(new Map());

/** What one look tells. */
interface Sight {
  readonly videos: readonly {
    readonly id: string;
    readonly holders: number | null;
    readonly isMore: boolean;
    readonly hasPoster: boolean;
  }[];
  /** More is on its way. */
  readonly isLooking: boolean;
}

/** So many are asked for at one time. */
const MOST = 96;
/** Scrolling is over after so long. */
const PAUSE_MS = 350;
/** While the node looks, it is asked this often. */
const SOON_MS = 2500;
/** And this often while nothing changes: the node forgets what nobody sees. */
const LATER_MS = 30_000;

/** What each part of the page shows. */
const shown = new Map<object, readonly string[]>();
let timer: ReturnType<typeof setTimeout> | undefined;
let isAsking = false;

/** These are on the screen: what the node can find out about them is shown with them. */
export function useInSight(videos: readonly Pick<Video, "id">[]): void {
  const ids = videos.map(({ id }) => id);
  useEffect(() => {
    const part = {};
    shown.set(part, ids);
    lookIn(PAUSE_MS);
    return () => shown.delete(part);
  }, [ids.join()]);
}

function lookIn(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void look(), ms);
}

async function look(): Promise<void> {
  const ids = [...new Set([...shown.values()].flat())].slice(0, MOST);
  // A page that nobody looks at asks for nothing; it asks again when somebody does.
  if (ids.length === 0 || document.hidden || isAsking) return;
  isAsking = true;
  let nextMs = LATER_MS;
  try {
    const sight = await askFor<Sight>(`/api/v1/sight?ids=${ids.join(",")}`);
    note(sight);
    if (sight.isLooking) nextMs = SOON_MS;
  } catch {
    // Without them.
  }
  isAsking = false;
  lookIn(nextMs);
}

function note({ videos }: Sight): void {
  notePosters(videos.filter(({ hasPoster }) => hasPoster).map(({ id }) => id));
  const before = holdersOf.value;
  const next = new Map(before);
  let isNew = false;
  for (const { id, holders, isMore } of videos) {
    const known = before.get(id);
    if (known?.count === (holders ?? undefined) && (known?.isMore ?? false) === isMore) continue;
    isNew = true;
    if (holders === null) next.delete(id);
    else next.set(id, { count: holders, isMore });
  }
  if (isNew) holdersOf.set(next);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) lookIn(PAUSE_MS);
});
