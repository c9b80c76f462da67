import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../sim/random.ts";
import type { Hasher } from "../../src/store/hasher.ts";
import type { Library } from "../../src/store/library.ts";
import { openStore } from "../../src/store/open.ts";
import { catalogueElsewhere } from "./catalogue-elsewhere.ts";
import { check } from "./check.ts";
import type { CutDevice } from "./cut-device.ts";
import { CuttingDisk, type Flaw } from "./cutting-disk.ts";
import { Ledger } from "./ledger.ts";
import { type Material, writeSources } from "./material.ts";
import { work } from "./workload.ts";

/** Cuts that one library goes through; then comes a new one, on a new file system. */
export const CUTS_PER_ERA = 10;

/** What an era is played with. */
export interface Stage {
  readonly device: CutDevice;
  readonly hasher: Hasher;
  readonly materials: readonly Material[];
  /** The materials' folder on a disk that is not cut. */
  readonly stableSources: string;
  readonly flaw: Flaw | undefined;
}

/** Where and how one era takes place. */
export interface EraOptions {
  readonly cuts: number;
  readonly random: Random;
  readonly logPath: string;
  /**
   * A folder on a disk that is not cut, for the catalogue. Beside the videos it hides what is missing elsewhere: ext4
   * has one journal for all, and each fsync of SQLite's log takes along every rename and removal made before it.
   */
  readonly catalogueFolder: string | undefined;
}

/** How one cut went. */
export interface CutReport {
  readonly problems: readonly string[];
  readonly goodChunks: number;
  readonly leftovers: number;
  readonly openMs: number;
}

/** Opening takes no longer, whatever was under way when the power was cut. */
const MAX_OPEN_MS = 2000;

/** When a cut comes if its call or acknowledgement does not. */
const LAST_MOMENT_MS = 500;

/** One library and its power cuts, one after the other. */
export class Era {
  readonly ledger: Ledger;
  readonly #stage: Stage;
  readonly #options: EraOptions;
  readonly #disk: CuttingDisk;
  readonly #folder: string;
  /** Of what failed before a cut. */
  readonly #failures: string[] = [];

  constructor(stage: Stage, options: EraOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#disk = new CuttingDisk(stage.flaw);
    // Folders that are not there yet: the library makes them.
    this.#folder = join(stage.device.disk, "casa", "videos", ".cardume");
    this.ledger = new Ledger(options.logPath, () => stage.device.isCut);
  }

  /** Plays it, and tells of each cut. After one that broke a promise nothing more is to be learned here. */
  async play(onCut: (report: CutReport) => void): Promise<void> {
    const { device, materials } = this.#stage;
    device.format();
    device.mount();
    writeSources(this.#place("sources"), materials);
    mkdirSync(this.#place("exports"));
    await device.unmount();
    for (let cut = 0; cut <= this.#options.cuts; cut++) {
      device.mount();
      // What a cut has left is looked at before the next one, and once more after the last.
      const { library, ...report } = await this.#openAndCheck();
      if (cut > 0) onCut(report);
      else if (report.problems.length > 0) throw new Error(`before any cut: ${report.problems.join("\n")}`);
      if (library !== undefined && report.problems.length === 0 && cut < this.#options.cuts)
        await this.#untilCut(library, this.#options.random.fork(`cut ${cut}`));
      else await library?.close();
      await device.unmount();
      if (report.problems.length > 0) return;
    }
  }

  close(): void {
    this.ledger.close();
  }

  /** Works, and is cut at some moment: at times in the opening, which mends what the last cut has left. */
  async #untilCut(opened: Library, random: Random): Promise<void> {
    const { device } = this.#stage;
    const isInOpening = random.chance(0.15);
    let library: Library | undefined = opened;
    if (isInOpening) await library.close();
    const disarm = isInOpening ? this.#arm(random, 60, 60) : this.#arm(random, 600, 300);
    if (isInOpening) library = await this.#open().catch((error: unknown) => this.#failed("opening", error));
    else await this.#work(library, random);
    device.cut();
    disarm();
    this.ledger.note("the power was cut");
    await library?.close().catch((error: unknown) => this.#failed("closing", error));
  }

  async #work(library: Library, random: Random): Promise<void> {
    const { device, materials, stableSources } = this.#stage;
    const playground = {
      library,
      ledger: this.ledger,
      materials,
      sources: [this.#place("sources"), stableSources],
      exports: this.#place("exports"),
      exportsBusy: new Set<string>(),
      random,
      isCut: () => device.isCut,
    };
    this.#failures.push(...(await work(playground, random.integer(1, 4))));
  }

  async #openAndCheck(): Promise<CutReport & { library: Library | undefined }> {
    const startedAt = performance.now();
    let library: Library | undefined;
    try {
      library = await this.#open();
      const openMs = performance.now() - startedAt;
      const found = await check(library, this.ledger, this.#stage.materials);
      const problems = [...this.#failures.splice(0), ...found.problems];
      const { errors } = this.#stage.device;
      if (errors > 0) problems.push(`ext4 itself found damage, see dmesg: not the library's doing`);
      if (openMs > MAX_OPEN_MS) problems.push(`opening took ${Math.round(openMs)} ms`);
      return { ...found, problems, openMs, library };
    } catch (error) {
      const problems = [...this.#failures.splice(0), `after the cut: ${(error as Error).stack}`];
      return { problems, goodChunks: 0, leftovers: 0, openMs: performance.now() - startedAt, library };
    }
  }

  async #open(): Promise<Library> {
    const { hasher } = this.#stage;
    const { catalogueFolder } = this.#options;
    const elsewhere =
      catalogueFolder === undefined
        ? {}
        : { catalogue: () => catalogueElsewhere(catalogueFolder, () => this.#stage.device.isCut) };
    // Threads that hash have nothing to do with power: they need not be started anew for each cut.
    const lasting: Hasher = {
      width: hasher.width,
      prepare: () => hasher.prepare(),
      hashFile: (job) => hasher.hashFile(job),
      hashBytes: (bytes) => hasher.hashBytes(bytes),
      keep: (job) => hasher.keep(job),
      read: (job) => hasher.read(job),
      close: () => Promise.resolve(),
    };
    const library = await openStore({ folder: this.#folder }, { disk: this.#disk, hasher: lasting, ...elsewhere });
    this.ledger.opened(Buffer.from(library.publisher).toString("hex"));
    return library;
  }

  /**
   * Chooses when to cut: at a moment, at a call to the disk, or at an acknowledgement, which finds what was promised too
   * early: nothing comes in between that would take it along.
   * @returns what takes it back
   */
  #arm(random: Random, calls: number, ms: number): () => void {
    const { device } = this.#stage;
    const cut = (): void => device.cut();
    const how = random.pick(["moment", "call", "acknowledgement"] as const);
    // Small numbers are as likely as large ones.
    const call = Math.floor(calls ** random.unit());
    const moment = random.pick(["before", "after"] as const);
    let left = Math.floor(60 ** random.unit());
    const atMs = how === "moment" ? random.between(0, ms) : LAST_MOMENT_MS;
    this.ledger.note(`to be cut at a ${how}: ${atMs} ms, call ${call} (${moment}), acknowledgement ${left}`);
    if (how === "call") this.#disk.arm({ call, moment, cut });
    if (how === "acknowledgement")
      this.ledger.onAcknowledged = (): void => {
        if (--left === 0) cut();
      };
    const timer = setTimeout(cut, atMs);
    return () => {
      clearTimeout(timer);
      this.#disk.arm(undefined);
      this.ledger.onAcknowledged = (): void => {};
    };
  }

  #failed(doing: string, error: unknown): undefined {
    if (!this.#stage.device.isCut) this.#failures.push(`${doing} failed: ${(error as Error).stack}`);
    return undefined;
  }

  #place(name: string): string {
    return join(this.#stage.device.disk, name);
  }
}
