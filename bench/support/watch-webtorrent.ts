import { spawnSync } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import type { Lab } from "../../lab/lab.ts";
import { Program } from "../../lab/program.ts";
import type { Film } from "./watch-film.ts";
import type { Gateway, Shoal, Side } from "./watch-side.ts";

const PEERS = fileURLToPath(new URL("../peers/", import.meta.url));
/** Its packages are kept away from the sources, which are checked file by file. */
const INSTALLED = fileURLToPath(new URL("../../.cache/bench-peers/", import.meta.url));
const VERSION = "3.0.21";

/** Installs WebTorrent for the benchmark; its packages' install scripts are not run. @returns npm's exit code */
export function installWebtorrent(): number {
  copyPeers();
  const npm = process.env["npm_execpath"];
  const [command, ...first] = npm === undefined ? ["npm"] : [process.execPath, npm];
  const args = [...first, "ci", "--ignore-scripts", "--omit=optional"];
  return spawnSync(command as string, args, { cwd: INSTALLED, stdio: "inherit" }).status ?? 5;
}

/** Whether WebTorrent is installed for the benchmark. Its programs are made those of the sources. */
export function hasWebtorrent(): boolean {
  if (!existsSync(join(INSTALLED, "node_modules/webtorrent/package.json"))) return false;
  copyPeers();
  return true;
}

const copyPeers = (): void =>
  cpSync(PEERS, INSTALLED, { recursive: true, filter: (path) => basename(path) !== "node_modules" });

const run = (script: string, ...args: string[]): Program =>
  new Program(process.execPath, [join(INSTALLED, `webtorrent-${script}.mjs`), ...args]);

/** WebTorrent over TCP alone, its peers at the emulator's ports, its film served by its own HTTP server. */
export const webtorrent: Side = {
  name: `WebTorrent ${VERSION}`,
  isOurs: false,
  hasHls: false,
  shoal: async (lab, film, lines) => {
    const torrent = await torrentOf(lab, film);
    const folder = seedFolder(lab, film);
    const seeders: Program[] = [];
    const peers: string[] = [];
    for (const line of lines) {
      const [port = 0, publicPort = 0] = await freeTcpPorts(2);
      await lab.emulator.add(`webtorrent-${publicPort}`, line, new Map([[publicPort, port]]));
      const seeder = lab.run(run("seeder", torrent, folder, String(port)));
      await seeder.says(/"event":"ready"/);
      seeders.push(seeder);
      peers.push(`127.0.0.1:${publicPort}`);
    }
    const shoal: Shoal = {
      gateway: () => gateway(lab, torrent, mkdtempSync(join(lab.folder, "webtorrent-")), peers),
      kill: (holder) => (seeders[holder] as Program).kill(),
    };
    return shoal;
  },
  held: async (lab, film) => gateway(lab, await torrentOf(lab, film), seedFolder(lab, film), []),
};

async function gateway(lab: Lab, torrent: string, folder: string, peers: readonly string[]): Promise<Gateway> {
  const [port = 0] = await freeTcpPorts(1);
  const program = lab.run(run("client", torrent, folder, String(port), ...peers));
  const [line] = await program.says(/^\{"event":"ready".*\}$/m);
  const { url } = JSON.parse(line) as { url: string };
  const stop = async (): Promise<void> => {
    await program.kill();
    if (peers.length > 0) rmSync(folder, { recursive: true, force: true });
  };
  return { url, hlsUrl: undefined, pid: program.pid, stop };
}

async function torrentOf(lab: Lab, { path }: Film): Promise<string> {
  const torrent = join(lab.folder, `${basename(path)}.torrent`);
  if (existsSync(torrent)) return torrent;
  const { code, stderr } = await run("torrent", path, torrent).ended;
  if (code !== 0) throw new Error(`WebTorrent makes no torrent: ${stderr}`);
  return torrent;
}

/** A folder with the film in it, as its holders have it. */
function seedFolder(lab: Lab, { path }: Film): string {
  const folder = lab.newFolder("webtorrent-holds");
  const at = join(folder, basename(path));
  if (!existsSync(at))
    try {
      linkSync(path, at);
    } catch {
      symlinkSync(path, at); // another file system
    }
  return folder;
}
