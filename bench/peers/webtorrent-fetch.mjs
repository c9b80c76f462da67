// `webtorrent-fetch.mjs TORRENT FOLDER PEER…`: says {"event":"ready"}, fetches from these peers at the next line on its
// input, and says `done MS` when all pieces are verified and written. Ends when its input ends.
import { once } from "node:events";
import { addTorrent, quietClient, say } from "./webtorrent-quiet.mjs";

const [torrentPath, path, ...peers] = process.argv.slice(2);
// In plain, as libtorrent is measured: to hide the protocol costs it time, and the lying seed speaks plainly.
const torrent = await addTorrent(quietClient(0, { secure: false }), torrentPath, { path });
say({ event: "ready" });
await once(process.stdin, "data");
const startedAtMs = performance.now();
for (const peer of peers) torrent.addPeer(peer);
await once(torrent, "done");
process.stdout.write(`done ${performance.now() - startedAtMs}\n`);
process.stdin.once("end", () => process.exit(0)).resume();
