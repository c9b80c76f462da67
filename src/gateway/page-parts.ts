import type { CardumeNode } from "../node/node-types.ts";
import type { Routes } from "./api-server.ts";
import type { OnChange } from "./library-routes.ts";
import { pageRoutes } from "./page-routes.ts";
import { dropPoster, posterRoutes } from "./poster-routes.ts";
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

/**
 * Makes the page's part of a gateway.
 * @param onChange told of videos that uploads have added
 * @param folder where the build put the page; else beside the program
 */
export async function pageParts(node: CardumeNode, onChange: OnChange, folder?: string): Promise<PageParts> {
  const { library } = node;
  const shoals = new ShoalService(node);
  return {
    routes: [await pageRoutes(folder), posterRoutes(library), uploadRoutes(library, onChange), shoalRoutes(shoals)],
    drop: async (id) => {
      await Promise.all([shoals.drop(id), dropPoster(library, id)]);
    },
    close: () => shoals.close(),
  };
}
