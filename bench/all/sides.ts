import { flood } from "./finding.ts";
import type { Side } from "./side.ts";
import { aria2 } from "./side-aria2.ts";
import { bare } from "./side-bare.ts";
import { cardume } from "./side-cardume.ts";
import { curl } from "./side-curl.ts";
import { libtorrentV1, libtorrentV2 } from "./side-libtorrent.ts";
import { syncthing } from "./side-syncthing.ts";
import { webtorrent } from "./side-webtorrent.ts";

/** All that are compared, ours first. */
export const SIDES: readonly Side[] = [
  cardume,
  libtorrentV1,
  libtorrentV2,
  aria2,
  webtorrent,
  syncthing,
  curl,
  bare,
  flood,
];
