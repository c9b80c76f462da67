import { CardumeError } from "../core/errors.ts";
import type { LibraryFace } from "../gateway/library-face.ts";
import type { NodeFace } from "../gateway/node-face.ts";
import type { FoundVideo } from "../node/node-types.ts";
import { groupsOf, type Meant, theOne } from "./meant-video.ts";

/** A video that is to be watched. */
export interface WatchTarget {
  readonly id: Uint8Array;
  /** What it is called; empty when nobody has said. */
  readonly name: string;
}

/** Where to look for it. */
export interface WatchPlaces {
  readonly library: LibraryFace;
  readonly node: NodeFace;
  readonly signal: AbortSignal;
}

/**
 * The one video that a person means: by its link or id, an exact title of the library, or words that the network is asked
 * for.
 * @throws CardumeError `video-unknown` (exit code 3), `video-ambiguous` (2)
 */
export async function watchTarget(meant: Meant, { library, node, signal }: WatchPlaces): Promise<WatchTarget> {
  if (meant.id !== undefined) {
    const here = await library.get(meant.id);
    return { id: meant.id, name: here?.fileName || here?.title || meant.link?.name || "" };
  }
  const { words } = meant;
  try {
    const { id, fileName, title } = await library.find(words);
    return { id, name: fileName || title };
  } catch (error) {
    if (!(error instanceof CardumeError && error.code === "video-unknown")) throw error;
  }
  const found: FoundVideo[] = [];
  for await (const one of node.find(words, { signal })) found.push(one);
  signal.throwIfAborted();
  const { peers } = await node.status();
  const { id, title } = theOne(groupsOf(found), words, peers.length);
  return { id, name: title };
}
