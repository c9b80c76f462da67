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
    readMedia: (path) => media.facts(path),
    onClose: () => media.close(),
  });
}
