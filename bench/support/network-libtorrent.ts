import { mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { sha256OfFile } from "../../lab/made-file.ts";
import { Program } from "../../lab/program.ts";
import type { Material } from "./network-ours.ts";
import type { Run } from "./network-run.ts";
import { warmMemory } from "./warm-memory.ts";

const PEER = fileURLToPath(new URL("../peers/libtorrent-peer.py", import.meta.url));

/** Which hashes a torrent has: SHA-1 of pieces, or SHA-256 of blocks of 16 KiB in a tree, as ours. */
export type TorrentVersion = "v1" | "v2";

/** The Python that has libtorrent, and its version; `undefined` where there is none. */
export async function findLibtorrent(): Promise<{ readonly python: string; readonly version: string } | undefined> {
  for (const python of [process.env["PYTHON"], "/usr/bin/python3", "python3"]) {
    if (python === undefined) continue;
    try {
      const { code, stdout } = await new Program(python, [PEER, "version"]).ended;
      if (code === 0) return { python, version: stdout.trim() };
    } catch {
      // Not there: the next one may be.
    }
  }
  return undefined;
}

/** Makes the torrent of a file. @returns its path */
export async function makeTorrent(
  python: string,
  { folder, path }: Material,
  version: TorrentVersion,
): Promise<string> {
  const torrent = join(folder, `${version}.torrent`);
  const { code, stderr } = await new Program(python, [PEER, "make", path, torrent, version]).ended;
  if (code !== 0) throw new Error(`libtorrent makes no torrent: ${stderr}`);
  return torrent;
}

/** One fetch from so many seeding processes. */
export async function runLibtorrent(
  python: string,
  { folder, path, bytes, sha256 }: Material,
  torrent: string,
  seeders: number,
): Promise<Run> {
  const out = join(folder, "libtorrent");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  const ports = await freeTcpPorts(seeders);
  const seeds = ports.map((port) => new Program(python, [PEER, "seed", torrent, dirname(path), `127.0.0.1:${port}`]));
  const peers = ports.map((port) => `127.0.0.1:${port}`);
  const leech = new Program(python, [PEER, "fetch", torrent, out, ...peers]);
  try {
    for (const program of [...seeds, leech]) await program.says(/^ready$/m);
    warmMemory(folder, bytes);
    leech.child.stdin?.write("go\n");
    const [line] = await leech.says(/^\{.*\}$/m, 300_000);
    for (const seed of seeds) seed.child.stdin?.end();
    const usages = await Promise.all(seeds.map(async (seed) => JSON.parse((await seed.says(/^\{.*\}$/m))[0]) as Usage));
    const told = JSON.parse(line) as Usage & { readonly ms: number; readonly syncedMs: number };
    if ((await sha256OfFile(join(out, basename(path)))) !== sha256) throw new Error("libtorrent's file differs");
    return {
      ms: told.ms,
      keptMs: told.syncedMs,
      cpuS: told.cpuS,
      maxRssMiB: told.maxRssMiB,
      senderCpuS: usages.reduce((sum, { cpuS }) => sum + cpuS, 0),
      senderMaxRssMiB: Math.max(...usages.map(({ maxRssMiB }) => maxRssMiB)),
    };
  } finally {
    for (const program of [...seeds, leech]) await program.kill();
    rmSync(out, { recursive: true, force: true });
  }
}

interface Usage {
  readonly cpuS: number;
  readonly maxRssMiB: number;
}
