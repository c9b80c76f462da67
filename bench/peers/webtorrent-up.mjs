// `webtorrent-up.mjs PORT`: a client that shares nothing. Says {"event":"ready"} when it takes connections.
import { once } from "node:events";
import { quietClient, say } from "./webtorrent-quiet.mjs";

const client = quietClient(Number(process.argv[2]));
if (!client.listening) await once(client, "listening");
say({ event: "ready" });
