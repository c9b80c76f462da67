import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, type TestAPI } from "vitest";
import { CARDUME, NODE, PYTHON_CLIENT, PYTHON_PEER } from "./places.ts";
import { Probe } from "./probe.ts";
import { type Ended, Running, type StartOptions } from "./running.ts";

let stages = 0;

/** A peer process that listens. */
export interface PeerProcess {
  readonly address: string;
  readonly process: Running;
}

/** What one test stands on: a folder, a loopback address of its own, its processes and sockets, all gone when it ends. */
export class Stage {
  readonly folder: string = mkdtempSync(join(tmpdir(), "cardume-test-"));
  /** No other test has it, of this file or another: ports can be fixed ones, as in the assignment. */
  readonly ip: string = `127.${1 + ((process.pid >> 8) & 127)}.${process.pid & 255}.${1 + (stages++ % 250)}`;
  readonly #running: Running[] = [];
  readonly #probes: Probe[] = [];
  readonly #cleanUps: (() => void)[] = [];

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return name;
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  readBytes(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  list(name = "."): string[] {
    return readdirSync(this.path(name)).sort();
  }

  /** Chunk files `c<id>` of these bytes, and the key-values file `name` that lists them. */
  keyValues(name: string, chunks: Readonly<Record<number, string | Uint8Array>>): string {
    for (const [id, bytes] of Object.entries(chunks)) this.write(`c${id}`, bytes);
    const lines = Object.keys(chunks).map((id) => `${id}: c${id}`);
    return this.write(name, `${lines.join("\n")}\n`);
  }

  address(port: number): string {
    return `${this.ip}:${port}`;
  }

  start(command: string, args: readonly string[], options: Partial<StartOptions> = {}): Running {
    const running = new Running(command, args, { cwd: this.folder, ...options });
    this.#running.push(running);
    return running;
  }

  cardume(args: readonly string[], options: Partial<StartOptions> = {}): Running {
    return this.start(NODE, [CARDUME, ...args], options);
  }

  /** Runs a command line of ours to its end. */
  run(args: readonly string[], options: Partial<StartOptions> = {}): Promise<Ended> {
    return this.cardume(args, options).ended;
  }

  /** A peer of ours on a port of this stage, once it listens. */
  async peer(port: number, keyValues: string, ...more: string[]): Promise<PeerProcess> {
    const process = this.cardume(["peer", this.address(port), keyValues, ...more]);
    const [, address] = await process.says(/^peer (\S+) is listening$/m);
    await process.says(/^neighbours: .*$/m);
    return { address: address as string, process };
  }

  /** A peer of the independent implementation, once it listens. */
  async pythonPeer(port: number, keyValues: string, ...more: string[]): Promise<PeerProcess> {
    const process = this.start("python3", [PYTHON_PEER, this.address(port), keyValues, ...more]);
    const [, address] = await process.says(/^READY (\S+)$/m);
    return { address: address as string, process };
  }

  pythonClient(args: readonly string[]): Promise<Ended> {
    return this.start("python3", [PYTHON_CLIENT, ...args]).ended;
  }

  /** A raw socket, on this stage's address unless another is named. */
  async probe(port: number = 0, ip: string = this.ip): Promise<Probe> {
    const probe = await Probe.bind(ip, port);
    this.#probes.push(probe);
    return probe;
  }

  /** For what has to be undone before the folder goes: a mount, a namespace. */
  onEnd(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.end()));
    for (const probe of this.#probes) probe.close();
    try {
      for (const cleanUp of this.#cleanUps.reverse()) cleanUp();
    } finally {
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/** A test with a {@link Stage}. */
export const test: TestAPI<{ stage: Stage }> = base.extend<{ stage: Stage }>({
  stage: async ({ task: _ }, use) => {
    const stage = new Stage();
    try {
      await use(stage);
    } finally {
      await stage.end();
    }
  },
});
