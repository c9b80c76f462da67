import { fromBase32, toBase32 } from "../core/content/base32.ts";
import { isLinkProblem, type Link, parseLink } from "../core/content/link.ts";
import { CardumeError } from "../core/errors.ts";
import { PAGE } from "../core/limits.ts";
import type { CardumeNode, FetchResult, FetchTarget } from "../node/node-types.ts";
import { sha256 } from "../runtime/crypto.ts";
import { Job, type JobView } from "./page-job.ts";
import { JobFile } from "./page-job-file.ts";

/** What background fetches use of a node. */
type FetchingNode = Pick<CardumeNode, "fetch" | "library">;

/** What is to be fetched in the background. */
export interface JobOrder {
  readonly id: Uint8Array;
  /** As it was pasted: its peers are asked first. */
  readonly link?: string | undefined;
}

/**
 * Fetches that belong to the node, whoever looks on: they go on when the page that ordered them is closed, and after a
 * restart. A few run at a time, the others wait in line. One that nobody in reach can serve is tried again, ever more
 * rarely, until somebody stops it.
 */
export class FetchJobs {
  readonly #node: FetchingNode;
  readonly #clock: () => number;
  readonly #file: JobFile;
  /** By id in base32, in the order in which they were ordered. */
  readonly #jobs = new Map<string, Job>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param clock ms since 1970 */
  constructor(node: FetchingNode, clock: () => number) {
    this.#node = node;
    this.#clock = clock;
    this.#file = new JobFile(node.library.folder);
  }

  /** Goes on with what was not over when the node was stopped. What has come to be whole, or was removed, is left out. */
  async resume(): Promise<void> {
    for (const { id, title, link, begunAtMs } of await this.#file.read()) {
      if (this.#isClosed || this.#jobs.has(id)) continue;
      const bytes = fromBase32(id);
      if (bytes === undefined || (await this.#node.library.get(bytes))?.state === "complete") continue;
      this.#jobs.set(id, new Job({ id: bytes, link: link ?? undefined, title, begunAtMs }));
    }
    this.#look();
  }

  /** All that are not over, and those that were over a short while ago; in the order of their beginning. */
  list(): JobView[] {
    this.#tidy();
    return [...this.#jobs.values()].map((job) => job.view());
  }

  /**
   * Fetches all of a video, or goes on with it. One that waits for its next try is tried at once.
   * @throws CardumeError `too-many-requests`, `link-…`
   */
  begin({ id, link }: JobOrder): JobView {
    const parsed = link === undefined ? undefined : linkOf(link);
    const name = toBase32(id);
    this.#tidy();
    let job = this.#jobs.get(name);
    if (job === undefined) {
      if ([...this.#jobs.values()].filter(({ isOver }) => !isOver).length >= PAGE.maxJobs)
        throw new CardumeError("too-many-requests", "too many videos are being fetched already", { exitCode: 5 });
      job = new Job({ id, link, title: parsed?.name ?? "", begunAtMs: this.#clock() });
      this.#jobs.set(name, job);
    }
    job.renew(link);
    this.#look();
    this.#keep();
    return job.view();
  }

  /** Stops one; what came is kept. @throws CardumeError `job-unknown` (exit code 3) */
  stop(id: Uint8Array): JobView {
    const job = this.#jobs.get(toBase32(id));
    if (job === undefined)
      throw new CardumeError("job-unknown", "this video is not being fetched in the background", { exitCode: 3 });
    job.stop(this.#clock());
    this.#look();
    this.#keep();
    return job.view();
  }

  /** Stops one, and takes it from the list. What is not there is left so. */
  drop(id: Uint8Array): void {
    const name = toBase32(id);
    const job = this.#jobs.get(name);
    if (job === undefined) return;
    this.#jobs.delete(name);
    job.stop(this.#clock());
    this.#look();
    this.#keep();
  }

  /** Lets go of all of them; they go on when the node is started again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const job of this.#jobs.values()) job.leave();
    await this.#file.written();
  }

  /** Begins what may begin, and wakes up when more may. */
  #look(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    const nowMs = this.#clock();
    const jobs = [...this.#jobs.values()];
    let room = PAGE.maxJobsAtOnce - jobs.filter(({ state }) => state === "fetching").length;
    for (const job of jobs) if (room > 0 && job.isDue(nowMs)) room -= this.#start(job);
    const nextAtMs = Math.min(...jobs.map((job) => job.nextTryAtMs ?? Infinity).filter((atMs) => atMs > nowMs));
    // At least a little later: a clock that is set may say that a moment is over which a timer says is not.
    if (Number.isFinite(nextAtMs))
      this.#timer = setTimeout(() => this.#look(), Math.max(LEAST_WAIT_MS, nextAtMs - nowMs)).unref();
  }

  /** @returns how many were begun */
  #start(job: Job): number {
    const over = (result: FetchResult | CardumeError): void => {
      if (this.#isClosed) return;
      job.ended(result, this.#clock());
      this.#look();
      this.#keep();
    };
    try {
      const fetch = this.#node.fetch(targetOf(job));
      job.started(fetch);
      fetch.done.then(
        (result) => job.isOf(fetch) && over(result),
        (error: unknown) => job.isOf(fetch) && over(error as CardumeError),
      );
      return 1;
    } catch (error) {
      job.ended(error as CardumeError, this.#clock());
      return 0;
    }
  }

  /** Takes those from the list that have been over for long. */
  #tidy(): void {
    const nowMs = this.#clock();
    for (const [name, job] of this.#jobs) if (job.isStale(nowMs)) this.#jobs.delete(name);
    const over = [...this.#jobs].filter(([, { isOver }]) => isOver);
    for (const [name] of over.slice(0, Math.max(0, over.length - PAGE.maxJobs))) this.#jobs.delete(name);
  }

  #keep(): void {
    this.#file.keep([...this.#jobs.values()].filter(({ isOver }) => !isOver).map((job) => job.kept()));
  }
}

const LEAST_WAIT_MS = 1000;

function targetOf({ id, link }: Job): FetchTarget {
  return link === undefined ? { id } : { id, link: linkOf(link) };
}

/** @throws CardumeError of the link's own code */
function linkOf(text: string): Link {
  const link = parseLink(text, sha256);
  if (isLinkProblem(link)) throw new CardumeError(link.code, `this link cannot be used: ${link.problem}`);
  return link;
}
