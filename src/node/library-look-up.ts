import { NETWORK } from "../core/limits.ts";
import type { HeldVideo, Wanted } from "../core/wire/stream/find-message.ts";
import type { Library } from "../store/library.ts";
import type { VideoInfo } from "../store/video-info.ts";

/** What the library holds of what is wanted: videos of which at least one chunk is there, a page of them at most. */
export async function lookUp(library: Library, wanted: Wanted): Promise<HeldVideo[]> {
  const videos =
    wanted.kind === "video"
      ? [await library.get(wanted.id)]
      : await library.list({ words: wanted.words, limit: NETWORK.maxVideosPerAnswer });
  return videos.filter((video) => video !== undefined && video.held > 0).map((video) => heldVideo(video as VideoInfo));
}

const heldVideo = ({ id, bytes, held, title }: VideoInfo): HeldVideo => ({ id, bytes, heldChunks: held, title });
