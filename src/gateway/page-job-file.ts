import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { PAGE, VIDEO } from "../core/limits.ts";

/** What is kept of a background fetch through a restart. */
export interface KeptJob {
  readonly id: string;
  readonly title: string;
  /** As it was pasted. */
  readonly link: string | null;
  /** In ms since 1970. */
  readonly begunAtMs: number;
}

const jobSchema: z.ZodType<KeptJob> = z.strictObject({
  id: z.string().regex(/^[a-z2-7]{52}$/),
  title: z.string().max(VIDEO.maxLabelChars),
  link: z.string().max(VIDEO.maxLinkChars).nullable(),
  begunAtMs: z.number().nonnegative(),
});
const fileSchema = z.strictObject({ jobs: z.array(jobSchema).max(PAGE.maxJobs) });

/** `jobs.json` of the data folder: the background fetches that are not over. Losing it costs a press of a button. */
export class JobFile {
  readonly #path: string;
  #jobs: readonly KeptJob[] | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param folder the data folder */
  constructor(folder: string) {
    this.#path = join(folder, "jobs.json");
  }

  /** What was kept; nothing where there is no such file, or none that this program wrote. */
  async read(): Promise<readonly KeptJob[]> {
    try {
      if ((await stat(this.#path)).size > PAGE.maxJobsFileBytes) return [];
      return fileSchema.parse(JSON.parse(await readFile(this.#path, "utf8"))).jobs;
    } catch {
      return [];
    }
  }

  /** Keeps these from now on; whole or not at all, and not synced. What is given while it writes is written next. */
  keep(jobs: readonly KeptJob[]): void {
    const isWaiting = this.#jobs !== undefined;
    this.#jobs = jobs;
    if (!isWaiting) this.#writing = this.#writing.then(() => this.#write());
  }

  /** Resolves when all that was given is written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const jobs = this.#jobs;
    this.#jobs = undefined;
    const draft = `${this.#path}.new`;
    // A disk that is full has worse to tell than this.
    await writeFile(draft, JSON.stringify({ jobs }), { mode: 0o600 })
      .then(() => rename(draft, this.#path))
      .catch(() => {});
  }
}
