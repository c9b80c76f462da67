// `webtorrent-torrent.mjs FILE TORRENT`: makes a torrent as WebTorrent makes it by itself, without trackers.
import { writeFileSync } from "node:fs";
import createTorrent from "create-torrent";

const [file, torrent] = process.argv.slice(2);
createTorrent(file, { announceList: [], createdBy: "bench", creationDate: 0 }, (error, bytes) => {
  if (error) throw error;
  writeFileSync(torrent, bytes);
});
