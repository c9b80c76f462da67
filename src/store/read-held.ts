import { CardumeError } from "../core/errors.ts";
import { Bitmap } from "./bitmap.ts";
import type { NewVideoRow } from "./catalogue.ts";
import { MemoryCatalogue } from "./memory-catalogue.ts";
import { OpenVideos, type OpenVideosParts } from "./open-videos.ts";
import { verifyVideo } from "./verify-video.ts";

/**
 * Reads the library's own bytes of a video that the catalogue does not know, against a catalogue of its own: the real one
 * hears of the video when all of it has been read, so that a reading that was broken off begins anew.
 * @throws the abort signal's reason
 */
export async function readHeld(
  parts: Omit<OpenVideosParts, "catalogue">,
  row: NewVideoRow,
  wallClockMs: number,
  signal: AbortSignal | undefined,
): Promise<{ row: NewVideoRow; held: Uint8Array }> {
  const catalogue = new MemoryCatalogue();
  const empty = new Bitmap(row.chunks).bytes;
  await catalogue.put(row, empty);
  const videos = new OpenVideos({ ...parts, catalogue, isRebuilding: true });
  try {
    const store = await videos.acquire(row.id);
    const { absent, lost, stamp } = await verifyVideo(store, { width: parts.hasher.width + 1, signal });
    const isWhole = absent + lost.length === 0;
    const read = { ...row, stamp, verifiedAtMs: isWhole && stamp !== undefined ? wallClockMs : 0 };
    return { row: read, held: (await catalogue.held(row.id)) ?? empty };
  } catch (error) {
    // A file that cannot be opened is no reason not to open the library.
    if (!(error instanceof CardumeError) || error.code === "hasher-stopped") throw error;
    return { row, held: empty };
  } finally {
    await videos.close();
  }
}
