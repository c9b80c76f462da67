import type { CardumeNode } from "../node/node-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { Routes } from "./api-server.ts";
import type { OnChange } from "./library-routes.ts";
import { HolderCounts } from "./page-holder-counts.ts";
import { jobRoutes } from "./page-job-routes.ts";
import { FetchJobs } from "./page-jobs.ts";
import { pageRoutes } from "./page-routes.ts";
import { sightRoutes } from "./page-sight-routes.ts";
import { frameOf } from "./poster-ffmpeg.ts";
import { PosterMaker } from "./poster-maker.ts";
import { posterRoutes } from "./poster-routes.ts";
import { PosterShelf } from "./poster-shelf.ts";
import { shoalRoutes } from "./shoal-routes.ts";
import { ShoalService } from "./shoal-service.ts";
import { uploadRoutes } from "./upload-routes.ts";

/** The page and all that only it needs, for a gateway's routes. */
export interface PageParts {
  readonly routes: readonly Routes[];
  /** Lets go of a video that is to be removed. */
  drop(id: Uint8Array): Promise<void>;
  /** To be called when the gateway is closed, and before the node is. */
  close(): Promise<void>;
}

/** How the page's part is made. */
export interface PageOptions {
  /** Where the build put the page; else beside the program. */
  readonly folder?: string | undefined;
  /** Whether ffmpeg, where it is there, makes posters; not unless told. */
  readonly posters?: boolean | undefined;
  /** Whether background fetches of the last run go on; not unless told. */
  readonly resume?: boolean | undefined;
}

/**
 * Makes the page's part of a gateway.
 * @param onChange told of videos that uploads have added
 */
export async function pageParts(
  node: CardumeNode,
  onChange: OnChange,
  { folder, posters = false, resume = false }: PageOptions = {},
): Promise<PageParts> {
  const { library } = node;
  const shoals = new ShoalService(node);
  const shelf = new PosterShelf(library.folder);
  const frame = (fd: number, atSeconds: number, signal: AbortSignal): ReturnType<typeof frameOf> =>
    frameOf(fd, atSeconds, { signal });
  const maker = new PosterMaker({ library, shelf, frameOf: posters ? frame : undefined, clock: monotonicMs });
  const counts = new HolderCounts(node, monotonicMs);
  const jobs = new FetchJobs(node, Date.now);
  if (resume) await jobs.resume();
  return {
    routes: [
      await pageRoutes(folder),
      posterRoutes(library, shelf),
      uploadRoutes(library, onChange),
      shoalRoutes(shoals),
      jobRoutes(jobs),
      sightRoutes(counts, maker),
    ],
    drop: async (id) => {
      jobs.drop(id);
      await Promise.all([shoals.drop(id), shelf.remove(id)]);
    },
    close: async () => {
      await Promise.all([shoals.close(), maker.close(), counts.close(), jobs.close()]);
    },
  };
}
