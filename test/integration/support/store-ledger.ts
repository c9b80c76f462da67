import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Library } from "../../../src/store/library.ts";
import type { Ack } from "./store-workload.ts";

interface Entry {
  isComplete: boolean;
  readonly chunks: Set<number>;
  isRemoving: boolean;
  title: string | undefined;
  subtitles: readonly string[];
}

/** How a library is looked at. */
export interface LookOptions {
  /** Its catalogue has failed, and cannot be told what is found. */
  readonly isReadOnly?: boolean;
}

/** What was acknowledged, and what must therefore be found. */
export class Ledger {
  readonly #kept = new Map<string, Entry>();
  readonly #removed = new Set<string>();

  /** Notes one acknowledgement. */
  readonly note = (ack: Ack): void => {
    if (ack.what === "again") {
      this.#begin();
      return;
    }
    const { what, id } = ack;
    const entry = this.#kept.get(id) ?? newEntry();
    // Subtitle files go with their video.
    if (what === "removed" || what === "removing")
      for (const subtitle of entry.subtitles) this.note({ what, id: subtitle });
    if (what === "removed") {
      this.#kept.delete(id);
      this.#removed.add(id);
    } else if (what === "naming") entry.title = undefined;
    else if (what === "removing") entry.isRemoving = true;
    else this.#keep(ack, entry);
  };

  /** What was removed may come again, and what was being removed may be on its way with nothing of what it had. */
  #begin(): void {
    this.#removed.clear();
    for (const [id, { isRemoving }] of this.#kept) if (isRemoving) this.#kept.delete(id);
  }

  #keep(ack: Extract<Ack, { what: "chunk" | "complete" }>, entry: Entry): void {
    this.#removed.delete(ack.id);
    this.#kept.set(ack.id, entry);
    entry.isRemoving = false;
    if (ack.what === "chunk") entry.chunks.add(ack.chunk);
    else {
      entry.isComplete = true;
      entry.title = ack.title ?? entry.title;
      entry.subtitles = ack.subtitles ?? entry.subtitles;
    }
  }

  /** Everything that is not as it was said to be, in words. */
  async problems(library: Library, { isReadOnly = false }: LookOptions = {}): Promise<string[]> {
    const problems: string[] = [];
    for (const id of this.#removed)
      if ((await library.get(bytesOf(id))) !== undefined) problems.push(`${id} was removed, and is there`);
    // What is known without reading comes first: reading may mend it.
    for (const [id, entry] of this.#kept) {
      problems.push(...(await entryProblems(library, id, entry)));
      // A removal that was cut short may have been done: what comes now begins anew.
      if (entry.isRemoving && (await library.get(bytesOf(id))) === undefined) this.#kept.delete(id);
    }
    const listed = (await library.list()).map(({ id }) => Buffer.from(id).toString("hex"));
    for (const id of new Set([...listed, ...this.#kept.keys()]))
      if (await isThere(library, id)) problems.push(...(await this.#readingProblems(library, id, isReadOnly)));
    return problems;
  }

  async #readingProblems(library: Library, id: string, isReadOnly: boolean): Promise<string[]> {
    const entry = this.#kept.get(id) ?? newEntry();
    if (isReadOnly) {
      if (entry.isComplete) await readAll(library, id);
      return [];
    }
    const { lost, good } = await library.verify(bytesOf(id));
    const problems = lost.length > 0 ? [`${id} claims chunks that it has not: ${lost.join()}`] : [];
    if (good < entry.chunks.size) problems.push(`${id} has ${good} good chunks`);
    return problems;
  }
}

async function readAll(library: Library, id: string): Promise<void> {
  for await (const bytes of library.stream(bytesOf(id))) if (bytes.length === 0) throw new Error("nothing was read");
}

const newEntry = (): Entry => ({
  isComplete: false,
  chunks: new Set(),
  isRemoving: false,
  title: undefined,
  subtitles: [],
});

/** A removal that was cut short may have left no more than a row, until the library is opened again. */
const isThere = (library: Library, id: string): Promise<boolean> =>
  library.details(bytesOf(id)).then(
    () => true,
    () => false,
  );

const bytesOf = (id: string): Uint8Array => new Uint8Array(Buffer.from(id, "hex"));

async function entryProblems(library: Library, id: string, entry: Entry): Promise<string[]> {
  const row = await library.get(bytesOf(id));
  if (entry.isRemoving && !(await isThere(library, id))) return [];
  if (row === undefined) return [`${id} is gone`];
  const problems = await claimProblems(library, id, entry);
  if (entry.isComplete) {
    if (row.state !== "complete") problems.push(`${id} is ${row.state}: ${row.held} of ${row.chunks}`);
  }
  const store = await library.open(bytesOf(id));
  for (const chunk of entry.chunks) if (!store.held.has(chunk)) problems.push(`chunk ${chunk} of ${id} is not held`);
  await store.close();
  return problems;
}

async function claimProblems(library: Library, id: string, { title, subtitles }: Entry): Promise<string[]> {
  const { title: shown, claims } = await library.details(bytesOf(id));
  const problems = title !== undefined && shown !== title ? [`${id} is called "${shown}"`] : [];
  const said = claims[0]?.claims.subtitles.map((subtitle) => Buffer.from(subtitle.id).toString("hex")) ?? [];
  for (const subtitle of subtitles) if (!said.includes(subtitle)) problems.push(`${id} has lost a subtitle file`);
  return problems;
}

const TOP = new Set(["holder", "key", "library.db", "library.db-wal", "lock", "videos"]);

/** What lies in a data folder that is open, and does not belong there. */
export function strays(folder: string): string[] {
  const found = readdirSync(folder).filter((name) => !TOP.has(name));
  for (const name of readdirSync(join(folder, "videos"))) {
    if (!/^[0-9a-f]{64}$/.test(name)) found.push(name);
    else found.push(...strayParts(join(folder, "videos", name)));
  }
  return found;
}

function strayParts(folder: string): string[] {
  const parts = readdirSync(folder).sort().join();
  return parts === "content,manifest,tree" || parts === "manifest,source,tree" ? [] : [`${folder}: ${parts}`];
}
