import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { sha256OfFile } from "../../lab/made-file.ts";
import { Program } from "../../lab/program.ts";
import { nginxSide } from "../support/watch-nginx.ts";
import { untilListens } from "./listens.ts";
import { hashOfFolder } from "./material.ts";
import type { Does, Figures, Side, Stand } from "./side.ts";
import { debianSize } from "./sizes.ts";
import type { TaskOf } from "./task.ts";
import { childrenOf, metered, treeUsage } from "./usage.ts";
import { versionOf } from "./version.ts";
import { watchBy } from "./watching.ts";

const NGINX = process.env["NGINX"] ?? "nginx";
const CURL = process.env["CURL"] ?? "curl";
const AT_ONCE = 16;
const LOOK_EVERY_MS = 20;
const NO_CHECK = "it checks nothing: what a liar sends would be kept";
const NO_HOLDERS = "curl fetches from one address";

/** nginx on a port of loopback, one process, HTTP without TLS. */
async function serve(root: string, room: string, port: number): Promise<Program> {
  const place = join(room, `nginx-${port}`);
  mkdirSync(place, { recursive: true });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${place};`);
  const config = [
    `daemon off; master_process off; pid ${join(place, "pid")}; error_log stderr;`,
    "events {} http { access_log off; sendfile on; keepalive_requests 100000;",
    `${temporary.join(" ")} server { listen 127.0.0.1:${port}; root ${root}; } }`,
  ];
  writeFileSync(join(place, "nginx.conf"), config.join("\n"));
  const program = new Program(NGINX, ["-c", join(place, "nginx.conf"), "-e", "stderr"]);
  await untilListens(program, port);
  return program;
}

/** A shell that runs curls when it is told, and counts what they use, since they end. */
interface Runner {
  readonly program: Program;
  /** The largest RSS of all curls together that was seen. */
  maxRssMiB(): number;
  go(): Promise<number>;
}

function runnerOf(commands: readonly string[]): Runner {
  const script = `read go; ${commands.map((command) => `${command} & `).join("")} wait; echo done; read end`;
  const program = new Program("/bin/sh", ["-c", script]);
  let most = 0;
  const look = (): void => {
    try {
      const sum = childrenOf(program.pid).reduce((mib, pid) => mib + treeUsage(pid).maxRssMiB, 0);
      // One that has just ended has none: that is no number.
      if (sum > most) most = sum;
    } catch {
      // One has ended meanwhile.
    }
  };
  return {
    program,
    maxRssMiB: () => most,
    go: async () => {
      const startedAtMs = performance.now();
      program.child.stdin?.write("go\n");
      const timer = setInterval(look, LOOK_EVERY_MS);
      await program.says(/^done$/m, 300_000);
      clearInterval(timer);
      return performance.now() - startedAtMs;
    },
  };
}

interface Move {
  readonly root: string;
  readonly bytes: number;
  readonly ports: readonly number[];
  readonly commands: readonly string[];
}

async function moved({ folder: room }: Stand, { root, bytes, ports, commands }: Move): Promise<Figures> {
  const servers: Program[] = [];
  const runner = runnerOf(commands);
  try {
    for (const port of ports) servers.push(await serve(root, room, port));
    const parties = { from: servers.map(({ pid }) => pid), to: runner.program.pid, bytes, folder: room };
    const figures = await metered(parties, runner.go);
    return { ...figures, toRssMiB: runner.maxRssMiB() };
  } finally {
    await runner.program.kill();
    for (const server of servers) await server.kill();
  }
}

async function transfer({ senders }: TaskOf<"transfer">, stand: Stand): Promise<Figures> {
  const { path, bytes, sha256 } = await stand.file();
  const ports = await freeTcpPorts(senders);
  const out = emptyFolder(stand);
  const part = Math.ceil(bytes / senders);
  const commands = ports.map((port, index) => {
    const range = senders === 1 ? "" : `-r ${index * part}-${Math.min(bytes, (index + 1) * part) - 1}`;
    return `${CURL} -sf ${range} -o ${join(out, `part-${index}`)} http://127.0.0.1:${port}/${basename(path)}`;
  });
  try {
    const figures = await moved(stand, { root: dirname(path), bytes, ports, commands });
    // Of several the parts are left as they are: it is a limit, not a program to use.
    if (senders === 1 && (await sha256OfFile(join(out, "part-0"))) !== sha256) throw new Error("the file differs");
    return figures;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function folder(_: unknown, stand: Stand): Promise<Figures> {
  const { path, names, bytes, sha256 } = await stand.files();
  const ports = await freeTcpPorts(1);
  const out = emptyFolder(stand);
  const list = join(stand.folder, "curl.conf");
  const urls = names.map((name) => `url = "http://127.0.0.1:${ports[0]}/${name}"\noutput = "${join(out, name)}"`);
  writeFileSync(list, urls.join("\n"));
  const commands = [`${CURL} -sf --parallel --parallel-max ${AT_ONCE} -K ${list}`];
  try {
    const figures = await moved(stand, { root: path, bytes, ports, commands });
    if (hashOfFolder(out) !== sha256) throw new Error("the small files differ");
    return { filesPerS: (names.length * (figures["mbPerS"] as number) * 1e6) / bytes, ...figures };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function start(_: unknown, stand: Stand): Promise<Figures> {
  const [port = 0] = await freeTcpPorts(1);
  const startedAtMs = performance.now();
  const program = await serve(stand.folder, stand.folder, port);
  const ms = performance.now() - startedAtMs;
  await program.kill();
  return { ms };
}

function emptyFolder({ folder: root }: Stand): string {
  const out = join(root, "curl-out");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  return out;
}

const does: Does = {
  transfer,
  folder,
  watch: async (task, stand) => watchBy(nginxSide(await nginxVersion()), task, stand),
  rough: NO_HOLDERS,
  liars: NO_CHECK,
  idle: "it has no neighbours",
  find: "it finds nothing",
  start,
  size: () => debianSize(["nginx", "nginx-common", "curl", "libcurl4"]),
};

const nginxVersion = async (): Promise<string> => (await versionOf(NGINX, ["-v"], /nginx\/(\S+)/)) ?? "";

/** nginx and curl over plain HTTP: no peers, no encryption, no hashes. What the machine's files and loopback bring. */
export const curl: Side = {
  name: "nginx + curl",
  isLimit: true,
  available: async () => {
    const [server, client] = [await nginxVersion(), await versionOf(CURL, ["--version"], /curl (\S+)/)];
    if (server === "" || client === undefined) return { why: "not installed (Debian: nginx, curl)" };
    return { version: `${server} + ${client}` };
  },
  does,
};
