import type { Film } from "./watch-film.ts";
import { RangeReading } from "./watch-http.ts";
import type { Group } from "./watch-index.ts";

/** Someone who watches. Times are ms, until the bytes of a frame are here. */
export interface Viewer {
  /** Opens the film, and waits for its first frame. */
  open(): Promise<number>;
  /** Goes to a group of pictures; what was under way is given up first. */
  seek(group: Group): Promise<number>;
  /** Goes away. */
  close(): Promise<void>;
}

/**
 * A viewer by Range that does what a browser does with an MP4 whose index is at the end: reads the head, follows to the
 * index, goes back to the first key frame; each on a new connection, the old one aborted.
 */
export function rangeViewer(url: string, film: Film): Viewer {
  let reading: RangeReading | undefined;
  const jump = async (start: number, end: number): Promise<void> => {
    reading?.abort();
    reading = new RangeReading(url, film, start);
    await reading.until(end);
  };
  const { head, tables, groups } = film.index;
  return {
    open: () =>
      timed(async () => {
        await jump(head.start, head.end);
        await jump(tables.start, tables.end);
        await jump((groups[0] as Group).start, (groups[0] as Group).end);
      }),
    seek: (group) => timed(() => jump(group.start, group.end)),
    close: () => {
      reading?.abort();
      return Promise.resolve();
    },
  };
}

/** How long something takes, in ms. */
export async function timed(what: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await what();
  return performance.now() - startedAtMs;
}

/** Waits. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
