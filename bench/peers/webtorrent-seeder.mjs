// `webtorrent-seeder.mjs TORRENT FOLDER PORT`: gives away a file that is all there. Says {"event":"ready"}.
import { addTorrent, quietClient, say } from "./webtorrent-quiet.mjs";

const [torrent, path, port] = process.argv.slice(2);
await addTorrent(quietClient(Number(port)), torrent, { path, skipVerify: true });
say({ event: "ready" });
