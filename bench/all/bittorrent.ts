import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EmulatedNode } from "../../lab/emulator/emulator.ts";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { sha256OfFile } from "../../lab/made-file.ts";
import { Program } from "../../lab/program.ts";
import { HONEST, LIAR_LINES, LIARS_PATIENCE_MS, liarFigures, ROUGH_LINES, ROUGH_PATIENCE_MS, rough } from "./lines.ts";
import { hashOfFolder } from "./material.ts";
import type { Does, Figures, Stand } from "./side.ts";
import type { TaskOf } from "./task.ts";
import { makeTorrent } from "./torrent.ts";
import { metered } from "./usage.ts";
import { within } from "./within.ts";

const LYING_SEED = fileURLToPath(new URL("../bare/lying-seed.ts", import.meta.url));
const PATIENCE_MS = 300_000;

/** A program that seeds or fetches one torrent. */
export interface BitTorrent {
  /** The name of its folder. */
  readonly name: string;
  /** Makes the torrent of a file, or of files of a folder. @returns its path. Unless told: v1, pieces of 1 MiB */
  readonly torrentOf?: (stand: Stand, path: string) => Promise<string>;
  /** Starts a seed of what is in a folder; resolves when it listens. */
  seed(torrent: string, folder: string, port: number): Promise<Program>;
  /** Starts a program that is ready to fetch from these ports of loopback. */
  leech(torrent: string, out: string, ports: readonly number[]): Promise<Leech>;
}

/** A program that is ready to fetch. */
export interface Leech {
  readonly pid: number;
  /** Begins. @returns ms until all is verified and written */
  go(): Promise<number>;
  stop(): Promise<void>;
}

/** A program that fetches at a line on its standard input and says `done MS`, once it is `ready`. */
export async function leechOf(program: Program, ready: RegExp): Promise<Leech> {
  await program.says(ready);
  return {
    pid: program.pid,
    go: async () => {
      program.child.stdin?.write("go\n");
      return Number((await program.says(/^done (\S+)$/m, PATIENCE_MS))[1]);
    },
    stop: () => program.kill(),
  };
}

/** Works 1 to 3, 5 and 6 of any BitTorrent program. */
export const bitTorrentDoes = (peer: BitTorrent): Pick<Does, "transfer" | "folder" | "rough" | "liars"> => ({
  transfer: (task, stand) => transfer(peer, task, stand),
  folder: (_, stand) => folder(peer, stand),
  rough: (_, stand) => roughOf(peer, stand),
  liars: (_, stand) => liarsOf(peer, stand),
});

async function transfer(peer: BitTorrent, { senders }: TaskOf<"transfer">, stand: Stand): Promise<Figures> {
  const { path, bytes, sha256 } = await stand.file();
  const torrent = await torrentFor(peer, stand, path);
  return moved(peer, stand, { torrent, from: dirname(path), senders, bytes }, async (out) => {
    if ((await sha256OfFile(join(out, basename(path)))) !== sha256) throw new Error("the file differs");
  });
}

async function folder(peer: BitTorrent, stand: Stand): Promise<Figures> {
  const { path, names, bytes, sha256 } = await stand.files();
  const torrent = await torrentFor(peer, stand, path, names);
  const figures = await moved(peer, stand, { torrent, from: dirname(path), senders: 1, bytes }, (out) => {
    if (hashOfFolder(join(out, basename(path))) !== sha256) throw new Error("the small files differ");
    return Promise.resolve();
  });
  return { filesPerS: (names.length * (figures["mbPerS"] as number) * 1e6) / bytes, ...figures };
}

/** The torrent of a file or folder: v1 ones are made once a run. @returns its path */
export function torrentFor(peer: BitTorrent, stand: Stand, path: string, names?: readonly string[]): Promise<string> {
  if (peer.torrentOf !== undefined) return peer.torrentOf(stand, path);
  const torrent = join(stand.folder, `${basename(path)}.torrent`);
  if (!existsSync(torrent)) writeFileSync(torrent, makeTorrent(path, names).bytes);
  return Promise.resolve(torrent);
}

interface Move {
  readonly torrent: string;
  readonly from: string;
  readonly senders: number;
  readonly bytes: number;
}

async function moved(
  peer: BitTorrent,
  stand: Stand,
  { torrent, from, senders, bytes }: Move,
  check: (out: string) => Promise<void>,
): Promise<Figures> {
  const out = emptyFolder(stand, peer);
  const ports = await freeTcpPorts(senders);
  const seeds: Program[] = [];
  let leech: Leech | undefined;
  try {
    for (const port of ports) seeds.push(await peer.seed(torrent, from, port));
    leech = await peer.leech(torrent, out, ports);
    const parties = { from: seeds.map(({ pid }) => pid), to: leech.pid, bytes, folder: stand.folder };
    const { go } = leech;
    const figures = await metered(parties, () => within(PATIENCE_MS, "the transfer", go()));
    await leech.stop();
    await check(out);
    return figures;
  } finally {
    await leech?.stop();
    for (const seed of seeds) await seed.kill();
    rmSync(out, { recursive: true, force: true });
  }
}

const roughOf = (peer: BitTorrent, stand: Stand): Promise<Figures> =>
  behindLines(peer, stand, ROUGH_LINES.length, 0, (holders, bytes, go) =>
    rough(bytes, () => (holders[0] as Held).program.kill(), go),
  );

const liarsOf = (peer: BitTorrent, stand: Stand): Promise<Figures> =>
  behindLines(peer, stand, HONEST, LIAR_LINES.length - HONEST, async (holders, bytes, go) => {
    const ms = await within(LIARS_PATIENCE_MS, "the fetch from liars", go());
    return liarFigures(
      ms,
      bytes,
      holders.map(({ emulated }) => emulated),
    );
  });

interface Held {
  readonly program: Program;
  readonly emulated: EmulatedNode;
  readonly port: number;
}

/** A fetch of the file of works 5 and 6, honest seeds first. */
const behindLines = (
  peer: BitTorrent,
  stand: Stand,
  honest: number,
  liars: number,
  run: (holders: readonly Held[], bytes: number, go: () => Promise<number>) => Promise<Figures>,
): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const { path, bytes, sha256 } = await stand.lineFile();
    const torrent = await torrentFor(peer, stand, path);
    const shapes = liars > 0 ? LIAR_LINES : ROUGH_LINES;
    const out = emptyFolder(stand, peer);
    const holders: Held[] = [];
    for (let index = 0; index < honest + liars; index++) {
      const [port = 0, publicPort = 0] = await freeTcpPorts(2);
      const shape = shapes[index] as (typeof shapes)[0];
      const emulated = await lab.emulator.add(`seed-${index}`, shape, new Map([[publicPort, port]]));
      const started =
        index < honest ? await peer.seed(torrent, dirname(path), port) : await lyingSeed(torrent, path, port);
      holders.push({ emulated, program: lab.run(started), port: publicPort });
    }
    // Liars first, as all sides have them.
    const ports = holders.map(({ port }) => port).reverse();
    const leech = await peer.leech(torrent, out, ports);
    try {
      const figures = await run(holders, bytes, () => within(ROUGH_PATIENCE_MS, "the fetch", leech.go()));
      await leech.stop();
      if ((await sha256OfFile(join(out, basename(path)))) !== sha256) throw new Error("the file differs");
      return figures;
    } finally {
      await leech.stop();
      rmSync(out, { recursive: true, force: true });
    }
  });

async function lyingSeed(torrent: string, path: string, port: number): Promise<Program> {
  const program = new Program(process.execPath, [LYING_SEED, torrent, path, String(port)]);
  await program.says(/^ready$/m);
  return program;
}

function emptyFolder({ folder: root }: Stand, { name }: BitTorrent): string {
  const out = join(root, `${name}-out`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  return out;
}
