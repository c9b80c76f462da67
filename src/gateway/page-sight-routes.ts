import { z } from "zod";
import { fromBase32, toBase32 } from "../core/content/base32.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import { CardumeError } from "../core/errors.ts";
import { PAGE } from "../core/limits.ts";
import { described } from "./api-route.ts";
import type { Routes } from "./api-server.ts";
import { checked } from "./checked.ts";
import type { HolderCounts } from "./page-holder-counts.ts";
import type { PosterMaker } from "./poster-maker.ts";

const querySchema = z.strictObject({ ids: z.string().max(PAGE.maxVideosInSight * 53) });

const SIGHT = described({
  summary: "What is known of the videos that a page shows at the moment; what is not known yet is looked for",
  query: querySchema,
  answer: {
    kind: "json",
    schema: z.strictObject({
      videos: z.array(
        z.strictObject({
          id: z.string(),
          holders: z.int().nonnegative().nullable(),
          isMore: z.boolean(),
          hasPoster: z.boolean(),
        }),
      ),
      isLooking: z.boolean(),
    }),
  },
});

/**
 * `GET /api/v1/sight?ids=ID,ID,…`: how many other peers hold each of these, and whether it has a poster. A page asks for
 * the cards that somebody sees, and again while `isLooking` says that more is on its way.
 */
export const sightRoutes =
  (counts: HolderCounts, posters: PosterMaker): Routes =>
  (server) => {
    server.get("/api/v1/sight", SIGHT, async ({ query }) => {
      const ids = idsIn(checked(querySchema, query).ids);
      counts.seen(ids);
      const withPoster = await posters.seen(ids);
      const videos = ids.map((id) => {
        const { holders = null, isMore = false } = counts.of(id) ?? {};
        return { id: toBase32(id), holders, isMore, hasPoster: withPoster.has(toBase32(id)) };
      });
      return { videos, isLooking: counts.isLooking || posters.isMaking };
    });
  };

/** @throws CardumeError `request-invalid` */
function idsIn(text: string): Uint8Array[] {
  const names = new Set(text.split(",").filter((name) => name !== ""));
  return [...names].map((name) => {
    const id = name.length === 52 ? fromBase32(name) : undefined;
    if (id?.length !== HASH_BYTES) throw new CardumeError("request-invalid", "ids: one is not an id in base32");
    return id;
  });
}
