import type { VideoRow } from "./catalogue.ts";
import type { Disk } from "./disk.ts";
import { sameStamp } from "./stamp.ts";

/**
 * How a video is. `complete`; `partial`: chunks are still to come; `damaged`: chunks of a file kept in place were found
 * damaged; `changed`: the file kept in place is not as it was when it
 * was hashed; `missing`: it is not there.
 */
export type VideoState = "complete" | "partial" | "damaged" | "changed" | "missing";

/** One video of a library. */
export interface VideoInfo extends VideoRow {
  readonly state: VideoState;
}

/** Looks at a video's file. What is held of a changed or missing file nobody knows: nothing, until it is verified. */
export async function lookAt(disk: Disk, row: VideoRow): Promise<VideoInfo> {
  const state = await stateOf(disk, row);
  return state === "changed" || state === "missing" ? { ...row, state, held: 0, heldBytes: 0 } : { ...row, state };
}

async function stateOf(disk: Disk, { source, stamp, held, chunks }: VideoRow): Promise<VideoState> {
  if (source !== undefined) {
    const now = await disk.stat(source).catch(() => undefined);
    if (now === undefined) return "missing";
    if (stamp === undefined || !sameStamp(now, stamp)) return "changed";
  }
  if (held === chunks) return "complete";
  return source === undefined ? "partial" : "damaged";
}
