import { readFileSync } from "node:fs";
import WebTorrent from "webtorrent";

/** A client that looks for nobody: TCP alone, and only those peers that it is told of. */
export const quietClient = (torrentPort, more = {}) =>
  new WebTorrent({
    torrentPort,
    dht: false,
    tracker: false,
    lsd: false,
    utPex: false,
    utp: false,
    natUpnp: false,
    natPmp: false,
    webSeeds: false,
    seedOutgoingConnections: false,
    ...more,
  });

/** Adds a torrent from its file. Resolves when what is in the folder is known. */
export const addTorrent = (client, torrent, options) =>
  new Promise((resolve, reject) => {
    client.on("error", reject);
    client.add(readFileSync(torrent), options, resolve);
  });

/** One line for whoever started this process. */
export const say = (what) => void process.stdout.write(`${JSON.stringify(what)}\n`);
