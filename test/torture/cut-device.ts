import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { system } from "../integration/support/system.ts";

const PYTHON = "python3";
const HELPER = join(import.meta.dirname, "cut-device.py");
const MEBIBYTES = 224;

/** How long a file may stay open after everything was closed: a thread of libuv may still be about it. */
const PATIENCE_MS = 3000;

/** A small ext4 whose power can be cut, see `cut-device.py`. Everything of it goes with this process. */
export class CutDevice {
  /** Where it is mounted. */
  readonly disk: string;
  readonly #helper: ChildProcess;
  readonly #device: string;
  readonly #commands: number;
  readonly #answers: number;
  #isCut = false;

  private constructor(folder: string, helper: ChildProcess, device: string) {
    this.disk = join(folder, "disk");
    this.#helper = helper;
    this.#device = device;
    this.#commands = openSync(join(folder, "commands"), "w");
    this.#answers = openSync(join(folder, "answers"), "r");
  }

  /** Makes one in a folder that is not there yet. */
  static async make(folder: string): Promise<CutDevice> {
    const helper = spawn(PYTHON, [HELPER, folder, String(MEBIBYTES)], { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = await Promise.race([once(helper.stdout, "data"), once(helper, "close")]);
    const device = /^ready (\S+)$/m.exec(String(said))?.[1];
    if (device === undefined) throw new Error("there is no loop device to be had");
    return new CutDevice(folder, helper, device);
  }

  /** Makes a new file system on it. */
  format(): void {
    system("mkfs.ext4", "-q", "-F", "-O", "has_journal", "-E", "lazy_itable_init=0,nodiscard", this.#device);
  }

  /** Whether the power was cut since it was mounted: then any call may fail. */
  get isCut(): boolean {
    return this.#isCut;
  }

  mount(): void {
    this.#do("mount");
    this.#isCut = false;
  }

  /** Cuts the power; once is enough. This thread does nothing before it is done, others are cut in what they do. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#do("cut");
  }

  /** @throws Error naming the files that are still open */
  async unmount(): Promise<void> {
    for (const until = performance.now() + PATIENCE_MS; ; await sleep(10)) {
      try {
        this.#do("unmount");
        return;
      } catch (error) {
        const open = this.#openFiles().join(", ");
        if (performance.now() > until) throw new Error(`still open: ${open}`, { cause: error });
      }
    }
  }

  /** How often ext4 itself has found damage on the disk: the library cannot do that, only who cuts the power can. */
  get errors(): number {
    return Number(readFileSync(`/sys/fs/ext4/${basename(this.#device)}/errors_count`, "utf8"));
  }

  /** Takes everything away, mounted or not. */
  async end(): Promise<void> {
    const gone = once(this.#helper, "close");
    closeSync(this.#commands);
    closeSync(this.#answers);
    await gone;
  }

  #do(command: "mount" | "cut" | "unmount"): void {
    writeSync(this.#commands, `${command}\n`);
    const answer = Buffer.alloc(4096);
    const said = answer.toString("utf8", 0, readSync(this.#answers, answer)).trim();
    if (said !== "done") throw new Error(`cannot ${command}: ${said}`);
  }

  #openFiles(): string[] {
    const targets = readdirSync("/proc/self/fd").map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return "";
      }
    });
    return targets.filter((target) => target.startsWith(this.disk));
  }
}
