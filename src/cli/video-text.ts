import { toBase32 } from "../core/content/base32.ts";
import { labelOf } from "../core/content/label.ts";
import type { VideoInfo } from "../store/video-info.ts";

const SHORT_ID_CHARS = 8;

/** The beginning of an id that a person can type: enough for `find`. */
export const shortId = (id: Uint8Array): string => toBase32(id).slice(0, SHORT_ID_CHARS);

/** The beginnings of ids, all as long as it takes to tell them apart. */
export function shortIds(ids: readonly Uint8Array[]): string[] {
  const texts = ids.map(toBase32);
  const sorted = [...new Set(texts)].sort();
  let chars = SHORT_ID_CHARS;
  for (let at = 1; at < sorted.length; at++) {
    const [one, other] = [sorted[at - 1] as string, sorted[at] as string];
    while (one.slice(0, chars) === other.slice(0, chars)) chars++;
  }
  return texts.map((text) => text.slice(0, chars));
}

/** A title as a terminal can take it; never empty. */
export const titleText = (title: string): string => labelOf(title) || "untitled";

/** What is to know of a video's state: nothing when it is complete. */
export function stateText({ state, heldBytes, bytes }: Pick<VideoInfo, "state" | "heldBytes" | "bytes">): string {
  if (state === "partial") return `${Math.floor((100 * heldBytes) / bytes)} %`;
  return state === "complete" ? "" : state;
}
