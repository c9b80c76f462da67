import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { CardumeError } from "../../../src/core/errors.ts";
import { InlineHasher } from "../../../src/store/inline-hasher.ts";
import type { Library } from "../../../src/store/library.ts";
import type { LibraryLock } from "../../../src/store/library-lock.ts";
import { MemoryCatalogue } from "../../../src/store/memory-catalogue.ts";
import { nodeDisk } from "../../../src/store/node-disk.ts";
import { openStore } from "../../../src/store/open.ts";
import { type Call, type Faults, FaultyDisk, noFaults } from "../../unit/support/faulty-disk.ts";
import { FaultyCatalogue } from "./store-catalogue.ts";
import { Ledger, type LookOptions, strays } from "./store-ledger.ts";
import type { Step, Workload } from "./store-workload.ts";

/** Longer than anything here takes: it hangs. */
const HANGS_MS = 20_000;

/** What a person may be told of a planted error. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  EIO: ["disk-failed", "catalogue-failed", "file-unreadable"],
  ENOSPC: ["disk-full"],
  EACCES: ["disk-refused"],
  EMFILE: ["disk-refused"],
};

/** A library on a faulty disk, which is opened, used, closed, and opened again. */
export class FaultRun {
  readonly disk: FaultyDisk = new FaultyDisk(nodeDisk);
  readonly ledger: Ledger = new Ledger();
  readonly problems: string[] = [];
  readonly #workload: Workload;
  readonly #catalogue = new MemoryCatalogue();
  readonly #codes: readonly string[];
  #locks = 0;

  constructor(workload: Workload, code: string) {
    this.#workload = workload;
    this.#codes = CODES[code] ?? [];
  }

  /** What is done here, reading included. */
  steps(): Step[] {
    const { ids, library: folder } = this.#workload;
    const film = Buffer.from(ids.film, "hex");
    const read: Step["run"] = async (library) => {
      for await (const _ of library.stream(film)) if (_.length === 0) throw new Error("nothing was read");
    };
    const exported = join(folder, "..", "exported");
    return [
      ...this.#workload.steps(),
      { name: "read", run: read },
      { name: "verify", run: async (library) => void (await library.verify(film)) },
      { name: "export", run: (library) => library.export(film, exported, { force: true }) },
    ];
  }

  /** Opens it; `undefined` when it refuses, as it may while there are faults. */
  open(): Promise<Library | undefined> {
    return this.#attempt("open", () =>
      openStore(
        { folder: this.#workload.library },
        {
          disk: this.disk,
          hasher: new InlineHasher(),
          catalogue: () => Promise.resolve(new FaultyCatalogue(this.#catalogue, this.disk, () => Promise.resolve())),
          lock: (folder) => this.#lock(folder),
        },
      ),
    );
  }

  /** Does everything, whatever fails. */
  async use(library: Library): Promise<void> {
    for (const { name, run } of this.steps()) await this.#attempt(name, () => run(library, this.ledger.note));
  }

  /** Does everything, and nothing may fail. */
  async goOn(library: Library, when: string): Promise<void> {
    for (const { name, run } of this.steps())
      await within(run(library, this.ledger.note)).catch((error: Error) =>
        this.problems.push(`${name}, ${when}: ${error.name}: ${error.message}`),
      );
  }

  /** Looks whether everything is as it was said to be. */
  async look(library: Library, when: string, options: LookOptions = {}): Promise<void> {
    this.disk.faults = noFaults;
    const found = await within(this.ledger.problems(library, options)).catch((error: Error) => [
      error.stack ?? error.message,
    ]);
    this.problems.push(...found.map((problem) => `${when}: ${problem}`));
  }

  /** Closes it: whatever fails, nothing stays open, and somebody else can have it. */
  async close(library: Library): Promise<void> {
    await this.#attempt("close", () => library.close());
    this.lookClosed();
  }

  lookClosed(): void {
    if (this.disk.openFiles !== 0) this.problems.push(`${this.disk.openFiles} files are open still`);
    if (this.#locks !== 0) this.problems.push("nobody else can open it");
  }

  /** Opens it again without faults: all is well, and tidy. @param isToGoOn whether that was not seen before */
  async again(isToGoOn: boolean): Promise<void> {
    this.disk.faults = noFaults;
    const library = await this.open();
    if (library === undefined) {
      this.problems.push("it cannot be opened again");
      return;
    }
    this.problems.push(...strays(this.#workload.library).map((name) => `stray: ${name}`));
    await this.look(library, "opened again");
    if (isToGoOn) await this.goOn(library, "opened again");
    await this.close(library);
  }

  #isFitting(code: string): boolean {
    const { struck, faults } = this.disk;
    if (faults === noFaults) return false;
    // What was to be made before is not there.
    if (code === "video-unknown") return struck.length > 0;
    // What could not be made sure of is never tried again, whatever the reason.
    return this.#codes.includes(code) || (code === "disk-failed" && struck.some(({ name }) => name === "sync"));
  }

  async #lock(folder: string): Promise<LibraryLock> {
    await mkdir(folder, { recursive: true });
    this.#locks++;
    return { release: () => Promise.resolve(void this.#locks--) };
  }

  async #attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await within(action());
    } catch (error) {
      const { code, message, stack } = error as CardumeError;
      if (!(error instanceof CardumeError)) this.problems.push(`${name}: a raw error: ${stack ?? message}`);
      else if (!this.#isFitting(code)) this.problems.push(`${name}: ${code}: ${message}`);
      return undefined;
    }
  }
}

function within<Result>(action: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it hangs")), HANGS_MS);
  return Promise.race([action, promise]).finally(() => clearTimeout(timer));
}

/** A whole run with these faults. @returns what is wrong, and the calls that could have had one */
export async function faultRun(
  workload: Workload,
  code: string,
  faults: Faults,
): Promise<{ readonly problems: readonly string[]; readonly calls: readonly Call[] }> {
  const run = new FaultRun(workload, code);
  const { disk } = run;
  disk.faults = faults;
  const library = await run.open();
  let isToGoOn = true;
  if (library === undefined) run.lookClosed();
  else {
    await run.use(library);
    // A catalogue that has failed is not written to any more, nor chunks of which nobody could make sure, until the
    // library is opened again; everything else goes on when the fault is gone.
    const isReadOnly = disk.struck.some(
      ({ name, path }) =>
        (name === "catalogue" && code === "EIO") || (name === "sync" && /content$/.test(String(path))),
    );
    if (disk.struck.length > 0) await run.look(library, "afterwards", { isReadOnly });
    isToGoOn = isReadOnly || disk.struck.length === 0;
    if (!isToGoOn) await run.goOn(library, "going on");
    await run.close(library);
  }
  const calls = [...disk.calls];
  await run.again(isToGoOn);
  const [struck] = disk.struck;
  const where = struck === undefined ? "" : `${code} at ${struck.name} of ${basename(String(struck.path))}: `;
  return { problems: run.problems.map((problem) => where + problem), calls };
}
