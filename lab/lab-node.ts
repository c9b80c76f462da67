import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBase32 } from "../src/core/content/base32.ts";
import type { EmulatedNode } from "./emulator/emulator.ts";
import { NodeApi } from "./node-api.ts";
import { type ProcessUsage, usageOf } from "./process-usage.ts";
import { Program, runCardume } from "./program.ts";

/** Where a node listens, and where others find it. */
export interface NodePorts {
  readonly libp2p: number;
  readonly direct: number;
  /** The emulator's. */
  readonly publicLibp2p: number;
  readonly publicDirect: number;
}

/** How a node is started. */
export interface NodeSettings {
  readonly name: string;
  readonly folder: string;
  readonly ports: NodePorts;
  /** Addresses of the peers that it knows from the start. */
  readonly join: readonly string[];
  /** Offer the direct carrier. */
  readonly direct: boolean;
  readonly launcher: string;
  readonly more: readonly string[];
}

/** What programs have compiled, which the launcher keeps for the next run: one that was used before is measured. */
const COMPILED = join(tmpdir(), "cardume-lab-compiled");

/** A node process of the lab: `cardume up` with its own data folder, reached through the emulator alone. */
export class LabNode {
  readonly name: string;
  readonly folder: string;
  readonly emulated: EmulatedNode;
  readonly api: NodeApi;
  /** Of the videos that it was given, in base32. */
  readonly ids: string[] = [];
  readonly #settings: NodeSettings;
  #program: Program | undefined;
  #address = "";

  constructor(settings: NodeSettings, emulated: EmulatedNode) {
    this.name = settings.name;
    this.folder = settings.folder;
    this.emulated = emulated;
    this.#settings = settings;
    this.api = new NodeApi(settings.folder);
  }

  /** Its address as others use it, peer id included. Known once it has been started. */
  get address(): string {
    return this.#address;
  }

  get peerId(): string {
    return this.#address.split("/p2p/")[1] ?? "";
  }

  get isRunning(): boolean {
    return this.#program?.isRunning ?? false;
  }

  /** All that the process has said. */
  get said(): string {
    return this.#program?.said ?? "";
  }

  /** Adds files or folders to its library in place, before it is started. @returns the ids, in base32 */
  async add(...paths: string[]): Promise<string[]> {
    const { stdout } = await runCardume(["add", ...paths, "--data", this.folder, "--json"]);
    const ids = stdout
      .trim()
      .split("\n")
      .map((line) => toBase32(Buffer.from((JSON.parse(line) as { id: string }).id, "hex")));
    this.ids.push(...ids);
    return ids;
  }

  /** Starts the process, and waits until it answers. */
  async start(contacts: readonly string[] = this.#settings.join): Promise<void> {
    const args = [this.#settings.launcher, ...upArguments(this.#settings, contacts)];
    const program = new Program(process.execPath, args, { NODE_COMPILE_CACHE: COMPILED });
    program.child.stdin?.end();
    this.#program = program;
    this.emulated.pid = program.pid;
    const [line] = await program.says(/^.*"event":"ready".*$/m);
    const { peerId } = JSON.parse(line) as { peerId: string };
    this.#address = `/ip4/127.0.0.1/tcp/${this.#settings.ports.publicLibp2p}/p2p/${peerId}`;
  }

  usage(): ProcessUsage {
    return usageOf(this.#program?.pid ?? 0);
  }

  /** Ends the process: by default as a power cut would. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.emulated.pid = undefined;
    await this.#program?.kill(signal);
  }
}

/** The command line of a node of the lab: loopback only, and nothing that would look for others by itself. */
export function upArguments(
  { name, folder, ports, direct, more }: NodeSettings,
  contacts: readonly string[],
): string[] {
  return [
    "up",
    "--json",
    ...["--data", folder],
    ...["--name", name],
    ...["--listen", `/ip4/127.0.0.1/tcp/${ports.libp2p}`],
    ...["--announce", `/ip4/127.0.0.1/tcp/${ports.publicLibp2p}`],
    ...(direct
      ? ["--direct-port", String(ports.direct), "--direct-announce-port", String(ports.publicDirect)]
      : ["--no-direct"]),
    ...["--no-mdns", "--no-nat"],
    ...contacts.flatMap((contact) => ["--join", contact]),
    ...more,
  ];
}

/** The data folder of a node. */
export const folderOf = (root: string, name: string): string => join(root, name);
