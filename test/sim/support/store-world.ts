import { VirtualDisk } from "../../../sim/disk/virtual-disk.ts";
import { Random } from "../../../sim/random.ts";
import { InlineHasher } from "../../../src/store/inline-hasher.ts";
import type { Library } from "../../../src/store/library.ts";
import { MemoryCatalogue } from "../../../src/store/memory-catalogue.ts";
import { type Foundations, openStore } from "../../../src/store/open.ts";
import { type MadeVideo, madeVideo } from "../../unit/support/made-video.ts";
import { DyingCatalogue } from "./dying-catalogue.ts";

/** One video of the workload, and what was promised of it. */
interface Subject {
  readonly video: MadeVideo;
  readonly path: string;
  readonly held: Set<number>;
  /** Nobody has promised that it is there, or that it is not. */
  isOpen: boolean;
  isGone: boolean;
}

const DATA = "/data";
const FILES = "/files";
const SIZES = [1, 40_000, 1_100_000, 2_200_000] as const;
const made = SIZES.map((bytes, index) => madeVideo(bytes, index + 1));

/** What a liar among disks says it has done. */
export type Lie = "sync" | "sync-folder" | undefined;

/** A library on a virtual disk, what was acknowledged of it, and the power that goes. */
export class StoreWorld {
  readonly #disk = new VirtualDisk();
  readonly #catalogue = new MemoryCatalogue();
  readonly #random: Random;
  readonly #lies: Lie;
  readonly #subjects: readonly Subject[];
  readonly findings: string[] = [];

  constructor(seed: number, lies?: Lie) {
    this.#random = new Random(seed);
    this.#lies = lies;
    this.#subjects = made.map((video, index) => ({
      video,
      path: `${FILES}/${index}.bin`,
      held: new Set<number>(),
      isOpen: false,
      isGone: true,
    }));
  }

  /** Lives through some power cuts, and ends with a life that nothing disturbs. */
  async run(cuts: number): Promise<readonly string[]> {
    await this.#makeFiles();
    for (let cut = 0; cut < cuts && this.findings.length === 0; cut++) {
      await this.#life(this.#random.integer(1, 260));
      this.#disk.cut(this.#random);
      await this.#check();
    }
    if (this.findings.length === 0) {
      await this.#life(Infinity);
      await this.#check();
    }
    return this.findings;
  }

  async #makeFiles(): Promise<void> {
    for (const folder of [DATA, FILES]) await this.#disk.makeFolder(folder);
    for (const { path, video } of this.#subjects) {
      const file = await this.#disk.open(path, "create");
      await file.write(video.content, 0);
      await file.sync();
      await file.close();
    }
    for (const folder of ["/", FILES]) await this.#disk.syncFolder(folder);
  }

  #open(): Promise<Library> {
    const foundations: Foundations = {
      disk: this.#disk,
      hasher: new InlineHasher(),
      catalogue: () => Promise.resolve(new DyingCatalogue(this.#disk, this.#catalogue)),
      lock: () => Promise.resolve({ release: () => Promise.resolve() }),
      wallClockMs: () => 1_750_000_000_000,
    };
    return openStore({ folder: DATA }, foundations);
  }

  /** Works until the disk dies at this call, or everything is done. */
  async #life(diesAtCall: number): Promise<void> {
    const death = Promise.withResolvers<void>();
    this.#disk.plan({ diesAtCall, onDeath: death.resolve, ...(this.#lies === undefined ? {} : { lies: this.#lies }) });
    const work = this.#work().catch((error: unknown) => {
      this.findings.push(`the work failed: ${String(error)}`);
    });
    await Promise.race([work, death.promise]);
  }

  async #work(): Promise<void> {
    const library = await this.#open();
    for (const subject of this.#random.sample(this.#subjects, this.#subjects.length)) {
      const job = this.#random.pick(["add", "copy", "receive", "receive", "title", "remove"] as const);
      if (job === "receive") await this.#receive(library, subject);
      else if (job === "remove") await this.#remove(library, subject);
      else await this.#add(library, subject, job);
    }
    await library.close();
  }

  async #add(library: Library, subject: Subject, job: "add" | "copy" | "title"): Promise<void> {
    const title = job === "title" ? { title: `title ${this.#random.integer(0, 9)}` } : {};
    subject.isGone = false;
    for await (const report of library.add([subject.path], { copy: job === "copy", ...title })) {
      if (report.outcome === "failed") throw report.error;
      for (let chunk = 0; chunk < subject.video.manifest.geometry.chunks; chunk++) subject.held.add(chunk);
      subject.isOpen = false;
    }
  }

  async #receive(library: Library, subject: Subject): Promise<void> {
    const { manifest, lastLeaf } = subject.video;
    subject.isGone = false;
    const store = await library.receive(manifest, lastLeaf);
    subject.isOpen = false;
    const row = await library.get(manifest.id);
    const chunks = Array.from({ length: manifest.geometry.chunks }, (_, chunk) => chunk);
    const wanted = row?.source === undefined ? this.#random.sample(chunks, this.#random.integer(1, 3)) : [];
    await Promise.all(
      wanted.map(async (chunk) => {
        if ((await store.write(chunk, subject.video.chunk(chunk))) === "held") subject.held.add(chunk);
      }),
    );
    await store.close();
  }

  async #remove(library: Library, subject: Subject): Promise<void> {
    if ((await library.get(subject.video.manifest.id)) === undefined) return;
    subject.isOpen = true;
    const promised = [...subject.held];
    await library.remove(subject.video.manifest.id);
    for (const chunk of promised) subject.held.delete(chunk);
    subject.isOpen = false;
    subject.isGone = true;
  }

  /** What was promised is there, nothing else is claimed, and nothing lies about. */
  async #check(): Promise<void> {
    await this.#look().catch((error: unknown) => this.findings.push(`cannot be looked at: ${String(error)}`));
  }

  async #look(): Promise<void> {
    const library = await this.#open();
    const strays = this.#disk.paths().filter((path) => /\/\.(adding|removing)-|\.cardume-part/.test(path));
    if (strays.length > 0) this.findings.push(`left behind: ${strays.join(", ")}`);
    for (const [index, subject] of this.#subjects.entries()) await this.#checkSubject(library, subject, index);
    await library.close();
  }

  async #checkSubject(library: Library, subject: Subject, index: number): Promise<void> {
    const { id, geometry } = subject.video.manifest;
    const row = await library.get(id);
    if (row === undefined) {
      if (!subject.isOpen && subject.held.size > 0) this.findings.push(`video ${index}: acknowledged, and gone`);
      subject.held.clear();
      subject.isOpen = false;
      return;
    }
    if (subject.isGone) this.findings.push(`video ${index}: removed, and there again`);
    if (subject.isOpen) subject.held.clear();
    subject.isOpen = false;
    const store = await library.open(id);
    for (const chunk of subject.held)
      if (!store.held.has(chunk))
        this.findings.push(`video ${index}: chunk ${chunk} was acknowledged, and is not held`);
    for (let chunk = 0; chunk < geometry.chunks; chunk++) {
      const position = chunk * geometry.chunkBytes;
      const read = await store.read(position, Math.min(geometry.chunkBytes, geometry.bytes - position));
      const isGood = read instanceof Uint8Array && Buffer.compare(read, subject.video.chunk(chunk)) === 0;
      const isHeld = read instanceof Uint8Array || read.problem !== "not-held";
      if (isHeld && !isGood) this.findings.push(`video ${index}: chunk ${chunk} is claimed, and is not good`);
    }
    await store.close();
  }
}
