import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { BUILT_START } from "../../lab/built.ts";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { sha256OfFile } from "../../lab/made-file.ts";
import { usageOf } from "../../lab/process-usage.ts";
import { Program, runCardume } from "../../lab/program.ts";
import { fromBase32, toBase32 } from "../../src/core/content/base32.ts";
import type { Run } from "./network-run.ts";
import { ThreadWatch } from "./thread-watch.ts";
import { warmMemory } from "./warm-memory.ts";

const CLIENT = new URL("../bare/network-client.ts", import.meta.url);
const DIST = new URL("../../dist/", import.meta.url);

/**
 * The client's program without its types: a process that takes them away itself has 30 MB more, which no built package has.
 * @returns where it was put
 */
function strippedClient(folder: string): string {
  const path = join(folder, "network-client.mjs");
  writeFileSync(path, stripTypeScriptTypes(readFileSync(CLIENT, "utf8")));
  return path;
}

/** What is fetched, and where there is room for copies. */
export interface Material {
  readonly folder: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** One fetch of a file from so many `cardume up` processes that were just started, by a node of its own process. */
export async function runOurs(material: Material, holders: number, isDirect: boolean): Promise<Run> {
  const { folder, path, bytes } = material;
  const root = join(folder, "ours");
  rmSync(root, { recursive: true, force: true });
  const programs: Program[] = [];
  try {
    const addresses: string[] = [];
    let id = "";
    for (let index = 0; index < holders; index++) {
      const started = await startHolder(join(root, `holder-${index}`), path, isDirect);
      programs.push(started.program);
      addresses.push(started.address);
      id = started.id;
    }
    const data = join(root, "client");
    const client = new Program(
      process.execPath,
      [strippedClient(folder), data, isDirect ? "1" : "0", id, ...addresses],
      {
        CARDUME_DIST: DIST.href,
      },
    );
    programs.push(client);
    await client.says(/^ready$/m);
    const before = programs.slice(0, holders).map(({ pid }) => usageOf(pid).cpuS);
    const watched = new ThreadWatch(client.pid, programs.slice(0, holders));
    warmMemory(folder, bytes);
    client.child.stdin?.write("go\n");
    const [line] = await client.says(/^\{.*\}$/m, 300_000);
    const threads = watched.times();
    client.child.stdin?.write("end\n");
    const senders = programs.slice(0, holders).map(({ pid }) => usageOf(pid));
    await client.ended;
    const told = JSON.parse(line) as Omit<Run, "senderCpuS" | "senderMaxRssMiB" | "threads"> & {
      readonly outcome: string;
      readonly carriers: readonly string[];
    };
    const wanted = isDirect ? "direct" : "libp2p";
    if (told.outcome !== "complete" || told.carriers.some((one) => one !== wanted))
      throw new Error(`the fetch ended otherwise: ${line}`);
    await check(
      join(data, "videos", Buffer.from(fromBase32(id) as Uint8Array).toString("hex"), "content"),
      material,
      bytes,
    );
    return {
      ...told,
      threads,
      senderCpuS: senders.reduce((sum, { cpuS }, index) => sum + cpuS - (before[index] as number), 0),
      senderMaxRssMiB: Math.max(...senders.map(({ maxRssMiB }) => maxRssMiB)),
    };
  } finally {
    for (const program of programs) await program.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

async function startHolder(
  data: string,
  path: string,
  isDirect: boolean,
): Promise<{ program: Program; address: string; id: string }> {
  const added = await runCardume(["add", path, "--data", data, "--json"]);
  const { id } = JSON.parse(added.stdout) as { id: string };
  const [port = 0] = await freeTcpPorts(1);
  const args = ["up", "--json", "--data", data, "--listen", `/ip4/127.0.0.1/tcp/${port}`, "--no-mdns", "--no-nat"];
  const program = new Program(process.execPath, [BUILT_START, ...args, ...(isDirect ? [] : ["--no-direct"])]);
  program.child.stdin?.end();
  const [line] = await program.says(/^.*"event":"ready".*$/m);
  const { addresses } = JSON.parse(line) as { addresses: string[] };
  return { program, address: addresses[0] as string, id: toBase32(Buffer.from(id, "hex")) };
}

async function check(content: string, { sha256 }: Material, bytes: number): Promise<void> {
  if ((await sha256OfFile(content)) !== sha256) throw new Error(`${content} (${bytes} bytes) is not what was sent`);
}
