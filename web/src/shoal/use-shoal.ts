import { useEffect, useRef, useState } from "preact/hooks";
import { useBox } from "../base/box.ts";
import { theme } from "../base/theme.ts";
import { ShoalCanvas } from "./shoal-canvas.ts";
import { type Shoal, ShoalFeed } from "./shoal-feed.ts";

/** A video's shoal, and the canvas that shows it. */
export interface LiveShoal {
  readonly shoal: Shoal | undefined;
  /** For the canvas's `ref`. */
  readonly canvas: (element: HTMLCanvasElement | null) => void;
  /** A holder has left within the last five seconds. */
  hasLeft(): boolean;
  /** @param part of the video, from 0 to 1 */
  playhead(part: number): void;
}

const LEFT_MS = 5000;

/** Follows a video's chunks. @param isKnown whether the video is in the library: there is nothing to follow before */
export function useShoal(id: string, isKnown: boolean): LiveShoal {
  const [shoal, setShoal] = useState<Shoal>();
  const drawn = useRef<ShoalCanvas | undefined>(undefined);
  const latest = useRef<Shoal | undefined>(undefined);
  const leftAtMs = useRef(-Infinity);
  const look = useBox(theme);
  useEffect(() => {
    if (!isKnown) return;
    const feed = new ShoalFeed(id, {
      changed: (next) => {
        if (lost(latest.current, next)) leftAtMs.current = performance.now();
        latest.current = next;
        drawn.current?.show(next);
        setShoal(next);
      },
      came: (chunk, sender) => drawn.current?.came(chunk, sender),
    });
    return () => feed.close();
  }, [id, isKnown]);
  useEffect(() => {
    drawn.current?.repaint();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = (): void => drawn.current?.repaint();
    dark.addEventListener("change", repaint);
    return () => dark.removeEventListener("change", repaint);
  }, [look]);
  const canvas = useRef((element: HTMLCanvasElement | null): void => {
    drawn.current?.close();
    drawn.current = element === null ? undefined : new ShoalCanvas(element);
    if (latest.current !== undefined) drawn.current?.show(latest.current);
  });
  return {
    shoal,
    canvas: canvas.current,
    hasLeft: () => performance.now() - leftAtMs.current < LEFT_MS,
    playhead: (part) => drawn.current?.playhead(part),
  };
}

const serving = (shoal: Shoal | undefined): ReadonlySet<string> =>
  new Set(shoal?.holders.filter(({ state }) => state === "serving").map(({ peer }) => peer));

function lost(before: Shoal | undefined, now: Shoal): boolean {
  const here = serving(now);
  return [...serving(before)].some((peer) => !here.has(peer));
}
