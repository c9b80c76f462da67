import { type ApiProblem, ask, askFor } from "../base/api.ts";
import { Box } from "../base/box.ts";
import { fetchNews } from "../library/videos.ts";

/** A fetch that belongs to the node, and goes on without this page. Titles are claims, problems the node's words. */
export interface Job {
  readonly id: string;
  readonly title: string;
  readonly state: "waiting" | "fetching" | "later" | "done" | "stopped" | "failed";
  readonly bytes: number;
  readonly writtenBytes: number;
  readonly bytesPerSecond: number;
  readonly peers: number;
  readonly outcome: "complete" | "missing" | "not-found" | "unreachable" | "stopped" | null;
  readonly problem: string;
  readonly nextTryAtMs: number | null;
  /** 0: it was not begun. */
  readonly begunAtMs: number;
}

/** The node's background fetches, those of other pages too. */
export const jobs = new Box<readonly Job[]>([]);

/** While one is fetched, the node is asked this often. */
const SOON_MS = 1000;
/** And while some wait. */
const LATER_MS = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let asks = 0;

/** Asks the node for them, and again while something may change. */
async function loadJobs(): Promise<void> {
  const number = ++asks;
  try {
    const known = await askFor<{ readonly jobs: readonly Job[] }>("/api/v1/jobs");
    // An answer that was overtaken is old.
    if (number === asks) jobs.set([...known.jobs, ...unknown(known.jobs)]);
  } catch {
    // They are asked for when the node is there again.
  }
  if (number === asks) loadIn(jobs.value.some(({ state }) => state === "fetching") ? SOON_MS : LATER_MS);
}

/** What could not even be begun is of this page alone, until it is taken from the list. */
function unknown(known: readonly Job[]): Job[] {
  const ids = new Set(known.map(({ id }) => id));
  return jobs.value.filter(({ id, begunAtMs }) => begunAtMs === 0 && !ids.has(id));
}

function loadIn(ms: number): void {
  clearTimeout(timer);
  if (ms < LATER_MS || jobs.value.length > 0)
    timer = setTimeout(() => {
      if (!document.hidden) void loadJobs();
    }, ms);
}

/** Follows them from now on. @returns how to end it */
export function followJobs(): () => void {
  const stop = fetchNews.follow(() => void loadJobs());
  const seen = (): void => {
    if (!document.hidden) void loadJobs();
  };
  document.addEventListener("visibilitychange", seen);
  void loadJobs();
  return () => {
    stop();
    document.removeEventListener("visibilitychange", seen);
    clearTimeout(timer);
  };
}

/** Fetches all of a video, by a link or by its id. Resolves when the node has begun. */
export async function beginJob(id: string, title: string, link?: string): Promise<void> {
  try {
    const job = await askFor<Job>("/api/v1/jobs", {
      method: "POST",
      body: link === undefined ? { id } : { id, link },
    });
    put({ ...job, title: job.title === "" ? title : job.title });
  } catch (error) {
    put({ ...NOTHING_YET, id, title, state: "failed", problem: (error as ApiProblem).message });
    return;
  }
  void loadJobs();
}

const NOTHING_YET = {
  ...{ bytes: 0, writtenBytes: 0, bytesPerSecond: 0, peers: 0, outcome: null, nextTryAtMs: null, begunAtMs: 0 },
} as const;

/** Stops one; what came is kept. */
export async function stopJob(id: string): Promise<void> {
  await ask(`/api/v1/jobs/${id}/stop`, { method: "POST", body: {} }).catch(() => {});
  await loadJobs();
}

/** Takes one from the list, of all pages. */
export async function dismissJob(id: string): Promise<void> {
  jobs.set(jobs.value.filter((job) => job.id !== id));
  await ask(`/api/v1/jobs/${id}`, { method: "DELETE" }).catch(() => {});
  await loadJobs();
}

const put = (job: Job): void => jobs.set([...jobs.value.filter(({ id }) => id !== job.id), job]);
