import { writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import type { Lab } from "../../lab/lab.ts";
import { Program } from "../../lab/program.ts";
import { type Film, hlsOf } from "./watch-film.ts";
import type { Gateway, Side } from "./watch-side.ts";

const NGINX = process.env["NGINX"] ?? "nginx";

/** nginx's version; `undefined` where there is none. */
export async function nginxVersion(): Promise<string | undefined> {
  try {
    return /nginx\/(\S+)/.exec((await new Program(NGINX, ["-v"]).ended).stderr)?.[1];
  } catch {
    return undefined; // not installed
  }
}

/**
 * The plain limit: nginx has the film, and HLS of it that was cut beforehand, and the player reaches it through the only
 * holder's line; no hashing, no peers.
 */
export const nginxSide = (version: string): Side => ({
  name: `nginx ${version}, no peers`,
  isOurs: false,
  hasHls: true,
  shoal: async (lab, film, [line, ...others]) => {
    if (line === undefined || others.length > 0) return undefined;
    const { program, port } = await start(lab, film);
    const [publicPort = 0] = await freeTcpPorts(1);
    await lab.emulator.add(`nginx-${publicPort}`, line, new Map([[publicPort, port]]));
    const gateway = gatewayAt(publicPort, film, program, () => Promise.resolve());
    return { gateway: () => Promise.resolve(gateway), kill: () => program.kill() };
  },
  held: async (lab, film) => {
    const { program, port } = await start(lab, film);
    return gatewayAt(port, film, program, () => program.kill());
  },
});

function gatewayAt(port: number, film: Film, program: Program, stop: () => Promise<unknown>): Gateway {
  const at = (path: string): string => `http://127.0.0.1:${port}/${relative(dirname(film.path), path)}`;
  return { url: at(film.path), hlsUrl: at(hlsOf(film)), pid: program.pid, stop: async () => void (await stop()) };
}

const TRIES = 100;

async function start(lab: Lab, { path }: Film): Promise<{ program: Program; port: number }> {
  const [port = 0] = await freeTcpPorts(1);
  const folder = lab.newFolder(`nginx-${port}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder};`);
  const server = `server { listen 127.0.0.1:${port}; root ${dirname(path)}; add_header Access-Control-Allow-Origin *; }`;
  // One process without a master: it runs as whoever runs the benchmark, and ends with it.
  const config = [
    `daemon off; master_process off; pid ${join(folder, "pid")}; error_log stderr;`,
    `events {} http { access_log off; sendfile on; ${temporary.join(" ")} ${server} }`,
  ];
  const file = join(folder, "nginx.conf");
  writeFileSync(file, config.join("\n"));
  const program = lab.run(new Program(NGINX, ["-c", file, "-e", "stderr"]));
  const url = `http://127.0.0.1:${port}/${basename(path)}`;
  for (let tries = 0; tries < TRIES && program.isRunning; tries++) {
    const answer = await fetch(url, { method: "HEAD" }).catch(() => undefined);
    if (answer?.ok === true) return { program, port };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nginx does not start:\n${program.said}`);
}
