import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { Program } from "../../lab/program.ts";
import { OPEN_LINK } from "../../lab/shaping/link-shape.ts";
import { findLibtorrent, type TorrentVersion } from "../support/network-libtorrent.ts";
import { type BitTorrent, bitTorrentDoes, type Leech, leechOf, torrentFor } from "./bittorrent.ts";
import { idleFigures, NEIGHBOURS } from "./lines.ts";
import type { Figures, Side, Stand } from "./side.ts";
import { debianSize } from "./sizes.ts";

const PEER = fileURLToPath(new URL("../peers/libtorrent-peer.py", import.meta.url));
const PACKAGES = ["python3-libtorrent", "libtorrent-rasterbar2.0"];
const RUNTIME = ["python3-minimal", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"];
/** Two seeds want nothing of one another: unless told, libtorrent lets such neighbours go. */
const IDLE = { LIBTORRENT_SETTINGS: JSON.stringify({ close_redundant_connections: false }) };

let python = "python3";
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Program =>
  new Program(python, [PEER, ...args], env);

async function seed(torrent: string, folder: string, port: number, env = {}): Promise<Program> {
  const program = run(["seed", torrent, folder, `127.0.0.1:${port}`], env);
  await program.says(/^ready$/m);
  return program;
}

const leech = (torrent: string, out: string, ports: readonly number[]): Promise<Leech> =>
  leechOf(run(["fetch", torrent, out, ...ports.map((port) => `127.0.0.1:${port}`)]), /^ready$/m);

const v1: BitTorrent = { name: "libtorrent-v1", seed, leech };

/** The tree of SHA-256 that Cardume checks, too; made by libtorrent itself. */
const v2: BitTorrent = {
  ...v1,
  name: "libtorrent-v2",
  torrentOf: async (stand, path) => {
    const torrent = join(stand.folder, `${basename(path)}.v2.torrent`);
    const { code, stderr } = await run(["make", path, torrent, "v2"]).ended;
    if (code !== 0) throw new Error(`libtorrent makes no torrent: ${stderr}`);
    return torrent;
  },
};

const idle = (_: unknown, stand: Stand): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const { path } = await stand.lineFile();
    const torrent = await torrentFor(v1, stand, path);
    const [port = 0, publicPort = 0] = await freeTcpPorts(2);
    const emulated = await lab.emulator.add("hub", OPEN_LINK, new Map([[publicPort, port]]));
    const hub = lab.run(await seed(torrent, dirname(path), port, IDLE));
    for (let index = 0; index < NEIGHBOURS; index++) {
      const near = lab.run(run(["near", torrent, lab.newFolder(`near-${index}`), `127.0.0.1:${publicPort}`], IDLE));
      await near.says(/^connected$/m);
    }
    const figures = await idleFigures(stand, hub.pid, emulated);
    if (lab.emulator.connections < NEIGHBOURS) throw new Error("neighbours were let go");
    return figures;
  });

async function start(): Promise<Figures> {
  const [port = 0] = await freeTcpPorts(1);
  const startedAtMs = performance.now();
  const program = run(["up", `127.0.0.1:${port}`]);
  await program.says(/^ready$/m);
  const ms = performance.now() - startedAtMs;
  await program.kill();

  return { ms };
}

const SAME = "the same program as with v1 torrents";

const side = (version: TorrentVersion): Side => ({
  name: `libtorrent, ${version}`,
  isLimit: false,
  available: async () => {
    const found = await findLibtorrent();
    if (found === undefined) return { why: "no Python here has libtorrent (Debian: python3-libtorrent)" };
    python = found.python;
    return { version: found.version };
  },
  does: {
    ...bitTorrentDoes(version === "v1" ? v1 : v2),
    ...(version === "v1" ? {} : { liars: "the lying seed speaks BitTorrent v1 alone" }),
    watch: "its Python part plays nothing; as a library it leaves HTTP to others",
    idle: version === "v1" ? idle : SAME,
    find: "it finds peers by trackers and a DHT of the whole internet",
    start: version === "v1" ? start : SAME,
    size: version === "v1" ? () => debianSize(PACKAGES, RUNTIME) : SAME,
  },
});

/** Torrents of SHA-1 pieces: what most use. */
export const libtorrentV1: Side = side("v1");
/** Torrents of SHA-256 blocks. */
export const libtorrentV2: Side = side("v2");
