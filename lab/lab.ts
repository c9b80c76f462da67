import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../sim/random.ts";
import { Emulator } from "./emulator/emulator.ts";
import { freeTcpPorts } from "./emulator/free-ports.ts";
import { folderOf, LabNode } from "./lab-node.ts";
import { makeSeededFile } from "./made-file.ts";
import { LAUNCHER, type Program } from "./program.ts";
import { type LinkShape, OPEN_LINK } from "./shaping/link-shape.ts";

/** How a node of a scenario differs from a plain one. */
export interface NodeWishes {
  readonly shape?: LinkShape;
  readonly join?: readonly LabNode[];
  /** Files and folders that it holds from the start. */
  readonly holds?: readonly string[];
  readonly direct?: boolean;
  /** The program, instead of the checkout's. */
  readonly launcher?: string;
  /** Further arguments of `cardume up`. */
  readonly more?: readonly string[];
}

/** What a scenario has at hand: lines, node processes behind them, files, chance by seed, and a place for all of it. */
export class Lab {
  readonly seed: number;
  readonly random: Random;
  readonly folder: string;
  readonly emulator: Emulator;
  readonly nodes: LabNode[] = [];
  readonly #programs: Program[] = [];
  /** MiB of the video that is fetched, where the one who runs the lab has said it. */
  readonly #mib: number | undefined;
  readonly #say: (text: string) => void;

  constructor(seed: number, mib: number | undefined, say: (text: string) => void) {
    this.seed = seed;
    this.random = new Random(seed);
    this.#mib = mib;
    this.#say = say;
    this.folder = mkdtempSync(join(tmpdir(), "cardume-lab-"));
    this.emulator = new Emulator(this.random.fork("emulator"));
    process.once("exit", this.#clear);
  }

  /** A word about what happens. */
  say(text: string): void {
    this.#say(text);
  }

  /** A file of so many MiB, or of as many as was asked for. */
  video(name: string, mib: number): { readonly path: string; readonly bytes: number } {
    const bytes = (this.#mib ?? mib) * 1_048_576;
    const path = join(this.folder, name);
    makeSeededFile(path, bytes, this.random.fork(name).next());
    return { path, bytes };
  }

  /** What people call a peer here: its node's name, else the end of its id. */
  nameOf(peer: string): string {
    return this.nodes.find(({ peerId }) => peerId === peer)?.name ?? peer.slice(-8);
  }

  /** An empty folder. */
  newFolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A program that ends with the lab. */
  run(program: Program): Program {
    this.#programs.push(program);
    return program;
  }

  /** A node that runs. */
  async node(name: string, wishes: NodeWishes = {}): Promise<LabNode> {
    const { shape = OPEN_LINK, holds = [], direct = true, launcher = LAUNCHER, more = [] } = wishes;
    const [libp2p = 0, directPort = 0, publicLibp2p = 0, publicDirect = 0] = await freeTcpPorts(4);
    const ports = { libp2p, direct: directPort, publicLibp2p, publicDirect };
    const emulated = await this.emulator.add(
      name,
      shape,
      new Map([
        [publicLibp2p, libp2p],
        [publicDirect, directPort],
      ]),
    );
    const contacts = (wishes.join ?? []).map(({ address }) => address);
    const settings = { name, folder: folderOf(this.folder, name), ports, join: contacts, direct, launcher, more };
    const node = new LabNode(settings, emulated);
    this.nodes.push(node);
    if (holds.length > 0) await node.add(...holds);
    await node.start();
    return node;
  }

  /** Ends everything, and leaves nothing behind. */
  async close(): Promise<void> {
    await Promise.all([...this.nodes, ...this.#programs].map((each) => each.kill()));
    this.emulator.close();
    this.#clear();
    process.removeListener("exit", this.#clear);
  }

  readonly #clear = (): void => rmSync(this.folder, { recursive: true, force: true });
}
