import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { Program } from "../../lab/program.ts";
import { type BitTorrent, bitTorrentDoes, type Leech } from "./bittorrent.ts";
import { untilListens } from "./listens.ts";
import type { Figures, Side } from "./side.ts";
import { debianSize } from "./sizes.ts";
import { bencode } from "./torrent.ts";
import { versionOf } from "./version.ts";

const ARIA2 = process.env["ARIA2C"] ?? "aria2c";
/** On loopback alone, and nobody is looked for. Files grow as they come, as everybody's do: else 1 GiB of zeros goes first. */
const QUIET = [
  ...["--no-conf", "--interface=127.0.0.1", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false"],
  ...["--enable-peer-exchange=false", "--file-allocation=none", "--summary-interval=0", "--console-log-level=warn"],
  ...["--disk-cache=64M", "--bt-max-peers=0", "--follow-torrent=mem"],
];

async function seed(torrent: string, folder: string, port: number): Promise<Program> {
  const mine = ["--bt-seed-unverified=true", "--seed-ratio=0.0", `--listen-port=${port}`, `--dir=${folder}`, torrent];
  const program = new Program(ARIA2, [...QUIET, ...mine]);
  await untilListens(program, port);
  return program;
}

/** It learns of peers from trackers alone: ours tells whoever asks of these ports. */
async function tracker(ports: readonly number[]): Promise<{ readonly url: string; close(): void }> {
  const peers = Buffer.concat(ports.map((port) => Buffer.from([127, 0, 0, 1, port >> 8, port & 255])));
  const server = createServer((_, answer) => void answer.end(bencode({ interval: 3600, peers })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${own}/announce`, close };
}

/** A program that takes orders over its RPC, as its own users' programs give them. */
async function daemon(more: readonly string[] = []): Promise<{ readonly program: Program; readonly rpc: string }> {
  const [port = 0, peers = 0] = await freeTcpPorts(2);
  const args = ["--enable-rpc", `--rpc-listen-port=${port}`, `--listen-port=${peers}`, "--rpc-max-request-size=64M"];
  const program = new Program(ARIA2, [...QUIET, ...args, ...more]);
  await untilListens(program, port);
  return { program, rpc: `ws://127.0.0.1:${port}/jsonrpc` };
}

async function leech(torrent: string, out: string, ports: readonly number[]): Promise<Leech> {
  const told = await tracker(ports);
  const { program, rpc } = await daemon(["--seed-time=0", `--dir=${out}`, `--bt-tracker=${told.url}`]);
  const socket = new WebSocket(rpc);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("aria2's RPC takes no WebSocket")), { once: true });
  });
  const order = JSON.stringify({
    ...{ jsonrpc: "2.0", id: "1", method: "aria2.addTorrent" },
    params: [readFileSync(torrent).toString("base64")],
  });
  return {
    pid: program.pid,
    go: async () => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      socket.addEventListener("message", ({ data }) => {
        const { method = "", error } = JSON.parse(String(data)) as { method?: string; error?: { message: string } };
        if (method === "aria2.onBtDownloadComplete") resolve();
        else if (error !== undefined || method === "aria2.onDownloadError") reject(new Error(`aria2: ${String(data)}`));
      });
      program.ended.then(() => reject(new Error(`aria2 ended:\n${program.said}`)), reject);
      const startedAtMs = performance.now();
      socket.send(order);
      await promise;
      return performance.now() - startedAtMs;
    },
    stop: async () => {
      socket.close();
      told.close();
      await program.kill();
    },
  };
}

async function start(): Promise<Figures> {
  const startedAtMs = performance.now();
  const { program } = await daemon();
  const ms = performance.now() - startedAtMs;
  await program.kill();
  return { ms };
}

const bitTorrent: BitTorrent = { name: "aria2", seed, leech };

/** aria2 as a BitTorrent program, v1 torrents. */
export const aria2: Side = {
  name: "aria2",
  isLimit: false,
  available: async () => {
    const version = await versionOf(ARIA2, ["--version"], /aria2 version (\S+)/);
    return version === undefined ? { why: "not installed (Debian: aria2)" } : { version };
  },
  does: {
    ...bitTorrentDoes(bitTorrent),
    watch: "it fetches files, and serves none to players",
    idle: "it keeps no connection to a peer that it wants nothing of",
    find: "it finds peers by trackers and a DHT of the whole internet",
    start,
    size: () => debianSize(["aria2", "libaria2-0", "libc-ares2"]),
  },
};
