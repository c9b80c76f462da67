import type { Library } from "../store/library.ts";
import { unlessAborted } from "../store/unless-aborted.ts";
import type { FetchService } from "./fetch-service.ts";
import type { FetchTarget } from "./node-types.ts";
import { VideoViewing } from "./viewing.ts";
import { failureOf } from "./watch-failure.ts";
import type { Viewing } from "./watch-types.ts";

/**
 * Opens a video to be watched: at once when something of it is here, else as soon as a holder has proven it.
 * @throws CardumeError `video-unknown` (exit code 3: nobody has it), `peer-unreachable` (4), `chunks-missing` (1),
 * `disk-…` (5); the abort signal's reason
 */
export async function openViewing(
  { library, fetches }: { readonly library: Library; readonly fetches: FetchService },
  target: FetchTarget,
  signal?: AbortSignal,
): Promise<Viewing> {
  signal?.throwIfAborted();
  const row = await library.get(target.id);
  if (row !== undefined) return new VideoViewing(await library.open(target.id), fetches, target);
  const fetch = fetches.read(target);
  // Whoever reads looks at how it ended.
  fetch.done.catch(() => {});
  try {
    await unlessAborted(Promise.race([fetch.opened, fetch.done]), signal);
    if ((await library.get(target.id)) === undefined) {
      const failure = failureOf(await fetch.done);
      if (failure !== undefined) throw failure;
    }
    return new VideoViewing(await library.open(target.id), fetches, target, fetch);
  } catch (error) {
    fetch.leave();
    throw error;
  }
}
