import { readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { basename, join } from "node:path";
import { BUILT_START } from "../../lab/built.ts";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { Program } from "../../lab/program.ts";
import { toBase32 } from "../../src/core/content/base32.ts";

const DIST = new URL("../../dist/", import.meta.url);

/** A holder: `cardume up` of the built package. */
export interface Holder {
  readonly program: Program;
  readonly address: string;
  /** Of what it was given, in base32, by the names of the files. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Adds files in place to a new library and starts a node for it, on loopback alone. */
export async function startHolder(data: string, paths: readonly string[]): Promise<Holder> {
  const ids = new Map<string, string>();
  if (paths.length > 0) {
    const { code, stdout, stderr } = await runBuilt(["add", ...paths, "--data", data, "--json"]);
    if (code !== 0) throw new Error(`cardume add ended with ${code}: ${stderr}`);
    for (const line of stdout.trim().split("\n")) {
      const { id, path } = JSON.parse(line) as { id: string; path: string };
      ids.set(basename(path), toBase32(Buffer.from(id, "hex")));
    }
  }
  const { program, address } = await startUp(data);
  return { program, address, ids };
}

/** Starts `cardume up`, with its gateway on any port or without. Resolves when it says that it is ready. */
export async function startUp(
  data: string,
  http: "off" | "0" = "off",
): Promise<{ readonly program: Program; readonly address: string }> {
  const [port = 0] = await freeTcpPorts(1);
  const listen = ["--listen", `/ip4/127.0.0.1/tcp/${port}`, "--no-mdns", "--no-nat", "--http", http];
  const program = new Program(process.execPath, [BUILT_START, "up", "--json", "--data", data, ...listen]);
  program.child.stdin?.end();
  const [line] = await program.says(/^.*"event":"ready".*$/m);
  const { addresses } = JSON.parse(line) as { addresses: string[] };
  return { program, address: addresses[0] as string };
}

/** Runs a command of the built package to its end. */
export const runBuilt = (args: readonly string[]): Program["ended"] =>
  new Program(process.execPath, [BUILT_START, ...args]).ended;

/** Starts a program of bench/bare that loads the built package; its types are taken away before, as in the package. */
export function startBare(folder: string, name: string, args: readonly string[]): Program {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, stripTypeScriptTypes(readFileSync(new URL(`../bare/${name}.ts`, import.meta.url), "utf8")));
  return new Program(process.execPath, [path, ...args], { CARDUME_DIST: DIST.href });
}
