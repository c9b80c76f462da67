// `webtorrent-client.mjs TORRENT FOLDER HTTP_PORT [PEER …]`: serves a torrent's file by WebTorrent's own HTTP server, from
// the folder when no peer is named, else fetched from those peers while it is read; nothing is fetched before. Says
// {"event":"ready","url"} when all peers are connected.
import { addTorrent, quietClient, say } from "./webtorrent-quiet.mjs";

const LOOK_EVERY_MS = 20;

const [torrentPath, path, httpPort, ...peers] = process.argv.slice(2);
const client = quietClient(0);
const torrent = await addTorrent(client, torrentPath, { path, deselect: true, skipVerify: peers.length === 0 });
for (const peer of peers) torrent.addPeer(peer);
const { server } = client.createServer({});
server.listen(Number(httpPort), "127.0.0.1");
const isConnected = () => torrent.wires.filter(({ peerPieces, isSeeder }) => isSeeder || peerPieces.get(0)).length;
const timer = setInterval(() => {
  if (isConnected() < peers.length || !server.listening) return;
  clearInterval(timer);
  say({ event: "ready", url: `http://127.0.0.1:${httpPort}${torrent.files[0].streamURL}` });
}, LOOK_EVERY_MS);
