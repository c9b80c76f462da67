import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AddReport } from "../../../src/store/add-paths.ts";
import type { Library } from "../../../src/store/library.ts";
import { type MadeVideo, madeVideo } from "../../unit/support/made-video.ts";

/** What a program was told: from then on it must be so, whatever happens. Ids are in hex. */
export type Ack =
  /** All of it is held. */
  | { readonly what: "complete"; readonly id: string; readonly title?: string; readonly subtitles?: string[] }
  | { readonly what: "chunk"; readonly id: string; readonly chunk: number }
  /** From now on it may be gone. */
  | { readonly what: "removing"; readonly id: string }
  | { readonly what: "removed"; readonly id: string }
  /** From now on what was removed may come again. */
  | { readonly what: "again" }
  /** From now on it may be called something else. */
  | { readonly what: "naming"; readonly id: string };

/** Takes an acknowledgement at once. */
export type Say = (ack: Ack) => void;

/** One thing that a program does with a library. */
export interface Step {
  readonly name: string;
  run(library: Library, say: Say): Promise<void>;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** How much there is: `small`, for many runs, or enough to be in the midst of something at most times. */
export type Amount = "small" | "large";

/** The files of a workload in a folder of its own, with the library beside them. */
export class Workload {
  readonly library: string;
  readonly films: string;
  readonly film: string;
  readonly other: string;
  readonly copied: string;
  readonly remote: MadeVideo;
  readonly ids: { readonly film: string; readonly other: string; readonly copied: string; readonly remote: string };

  readonly #content: Content;

  constructor(root: string, amount: Amount = "small") {
    this.#content = CONTENTS[amount];
    this.library = join(root, "library");
    this.films = join(root, "films");
    this.film = join(this.films, "film.mp4");
    this.other = join(this.films, "other.mp4");
    this.copied = join(root, "copied.mkv");
    const { film, other, copied, remote } = this.#content;
    this.remote = remote;
    this.ids = { film: hex(film), other: hex(other), copied: hex(copied), remote: hex(remote) };
  }

  /** Writes the files. */
  prepare(): void {
    const { film, other, copied } = this.#content;
    mkdirSync(this.films, { recursive: true });
    writeFileSync(this.film, film.content);
    writeFileSync(join(this.films, "film.pt.srt"), "1\n00:00:01,000 --> 00:00:02,000\nOlá\n".repeat(20));
    writeFileSync(this.other, other.content);
    writeFileSync(this.copied, copied.content);
  }

  /** What is done, one after the other; all of it can be done again. */
  steps(): Step[] {
    const { film, copied } = this.ids;
    return [
      {
        name: "add a folder",
        run: (library, say) => {
          say({ what: "again" });
          return addAll(library, [this.films], {}, say);
        },
      },
      { name: "copy", run: (library, say) => addAll(library, [this.copied], { copy: true }, say) },
      { name: "receive", run: (library, say) => this.#receive(library, say) },
      { name: "add again", run: (library, say) => addAll(library, [this.films], {}, say) },
      {
        name: "name",
        run: (library, say) => {
          say({ what: "naming", id: film });
          return addAll(library, [this.film], { title: "Outro nome" }, say, "Outro nome");
        },
      },
      { name: "take the bytes", run: (library, say) => addAll(library, [this.other], { copy: true }, say) },
      { name: "remove", run: (library, say) => removeOne(library, copied, say) },
    ];
  }

  /** Removes everything, so that the steps have all of their work to do again. */
  async empty(library: Library, say: Say): Promise<void> {
    for (const { id } of await library.list()) await removeOne(library, Buffer.from(id).toString("hex"), say);
  }

  async #receive(library: Library, say: Say): Promise<void> {
    const { manifest, lastLeaf } = this.remote;
    const store = await library.receive(manifest, lastLeaf);
    try {
      const writes = Array.from({ length: manifest.geometry.chunks }, async (_, chunk) => {
        const outcome = await store.write(chunk, this.remote.chunk(chunk));
        if (outcome !== "held") throw new Error(`a chunk was refused: ${outcome}`);
        say({ what: "chunk", id: this.ids.remote, chunk });
      });
      const results = await Promise.allSettled(writes);
      for (const result of results) if (result.status === "rejected") throw result.reason;
    } finally {
      await store.close();
    }
  }
}

interface Content {
  readonly film: MadeVideo;
  readonly other: MadeVideo;
  readonly copied: MadeVideo;
  readonly remote: MadeVideo;
}

const contentOf = (film: number, other: number, copied: number, remote: number): Content => ({
  film: madeVideo(film, 1),
  other: madeVideo(other, 2),
  copied: madeVideo(copied, 3),
  remote: madeVideo(remote, 4),
});

const CONTENTS: Readonly<Record<Amount, Content>> = {
  small: contentOf(70 * KIB, 90 * KIB, 50 * KIB + 5, MIB + 40 * KIB),
  large: contentOf(MIB + 70 * KIB, 200 * KIB, 2 * MIB + 5, 3 * MIB + 40 * KIB),
};

const hex = ({ manifest }: MadeVideo): string => Buffer.from(manifest.id).toString("hex");

async function addAll(
  library: Library,
  paths: readonly string[],
  options: { copy?: boolean; title?: string },
  say: Say,
  title?: string,
): Promise<void> {
  let failed: Extract<AddReport, { outcome: "failed" }> | undefined;
  for await (const report of library.add(paths, options)) {
    if (report.outcome === "failed") failed = report;
    if (report.outcome === "skipped") throw new Error(`left out: ${report.path.toString()}: ${report.reason}`);
    if (!("id" in report)) continue;
    const subtitles = report.subtitles.map((subtitle) => Buffer.from(subtitle.id).toString("hex"));
    for (const subtitle of subtitles) say({ what: "complete", id: subtitle });
    const id = Buffer.from(report.id).toString("hex");
    say({ what: "complete", id, subtitles, ...(title === undefined ? {} : { title }) });
  }
  if (failed !== undefined) throw failed.error;
}

async function removeOne(library: Library, id: string, say: Say): Promise<void> {
  say({ what: "removing", id });
  await library.remove(new Uint8Array(Buffer.from(id, "hex")));
  say({ what: "removed", id });
}
