import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { Program } from "../../lab/program.ts";
import { OPEN_LINK } from "../../lab/shaping/link-shape.ts";
import { hasWebtorrent, webtorrent as watched } from "../support/watch-webtorrent.ts";
import { type BitTorrent, bitTorrentDoes, type Leech, leechOf, torrentFor } from "./bittorrent.ts";
import { idleFigures, NEIGHBOURS } from "./lines.ts";
import type { Figures, Side, Stand } from "./side.ts";
import { nodeMib, sizeOf } from "./sizes.ts";
import { watchBy } from "./watching.ts";

/** Where `--install` has put it, beside copies of the programs of bench/peers. */
const INSTALLED = fileURLToPath(new URL("../../.cache/bench-peers/", import.meta.url));
const MIB = 1_048_576;

const run = (script: string, ...args: string[]): Program =>
  new Program(process.execPath, [join(INSTALLED, `webtorrent-${script}.mjs`), ...args]);

const READY = /"event":"ready"/;

async function seed(torrent: string, folder: string, port: number): Promise<Program> {
  const program = run("seeder", torrent, folder, String(port));
  await program.says(READY);
  return program;
}

const leech = (torrent: string, out: string, ports: readonly number[]): Promise<Leech> =>
  leechOf(run("fetch", torrent, out, ...ports.map((port) => `127.0.0.1:${port}`)), READY);

const bitTorrent: BitTorrent = { name: "webtorrent", seed, leech };

const idle = (_: unknown, stand: Stand): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const { path } = await stand.lineFile();
    const torrent = await torrentFor(bitTorrent, stand, path);
    const [port = 0, publicPort = 0, ...ports] = await freeTcpPorts(2 + NEIGHBOURS);
    const emulated = await lab.emulator.add("hub", OPEN_LINK, new Map([[publicPort, port]]));
    const hub = lab.run(await seed(torrent, dirname(path), port));
    for (const [index, httpPort] of ports.entries()) {
      const folder = lab.newFolder(`near-${index}`);
      const near = lab.run(run("client", torrent, folder, String(httpPort), `127.0.0.1:${publicPort}`));
      await near.says(READY);
    }
    const figures = await idleFigures(stand, hub.pid, emulated);
    if (lab.emulator.connections < NEIGHBOURS) throw new Error("neighbours were let go");
    return figures;
  });

async function start(): Promise<Figures> {
  const [port = 0] = await freeTcpPorts(1);
  const startedAtMs = performance.now();
  const program = run("up", String(port));
  await program.says(READY);
  const ms = performance.now() - startedAtMs;
  await program.kill();
  return { ms };
}

/** WebTorrent over TCP, in Node, without WebRTC. */
export const webtorrent: Side = {
  name: "WebTorrent",
  isLimit: false,
  available: () => {
    if (!hasWebtorrent()) return Promise.resolve({ why: "not installed (node bench/all.ts --install)" });
    const path = join(INSTALLED, "node_modules/webtorrent/package.json");
    return Promise.resolve({ version: (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version });
  },
  does: {
    ...bitTorrentDoes(bitTorrent),
    watch: (task, stand) => watchBy(watched, task, stand),
    idle,
    find: "it finds peers by trackers and a DHT of the whole internet",
    start,
    size: () => Promise.resolve({ mib: sizeOf(join(INSTALLED, "node_modules")) / MIB, runtimeMib: nodeMib() }),
  },
};
