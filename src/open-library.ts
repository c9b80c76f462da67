import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { HEAD_BYTES, looksLikeMedia } from "./media/looks-like-media.ts";
import { MediaReader } from "./media/media-facts.ts";
import type { Library } from "./store/library.ts";
import { type OpenOptions, openStore } from "./store/open.ts";

/**
 * Opens the library of a data folder, which one process at a time can; close it when done.
 * @throws CardumeError `library-held` (saying by whom), `data-folder-refused`, `library-too-new`, `key-invalid`,
 * `disk-…`, `catalogue-failed`
 * @example
 * ```ts
 * import { openLibrary } from "cardume";
 *
 * const library = await openLibrary({ folder: "/srv/videos/.cardume" });
 * for await (const report of library.add(["/srv/videos"])) console.log(report.outcome, String(report.path));
 * for (const video of await library.list({ words: "ferias" })) console.log(video.title, video.bytes);
 * await library.close();
 * ```
 */
export function openLibrary(options: OpenOptions = {}): Promise<Library> {
  const media = new MediaReader();
  return openStore(options, {
    readMedia: async (path) => ((await isWorthReading(path)) ? media.facts(path) : undefined),
    onClose: () => media.close(),
  });
}

/** Pictures and texts in a folder of films are not worth a process. */
async function isWorthReading(path: string | Buffer): Promise<boolean> {
  try {
    // A FIFO that has just taken the file's place must not be waited for.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const head = new Uint8Array(HEAD_BYTES);
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      return looksLikeMedia(path.toString(), head.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
