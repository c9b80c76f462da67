import { type ApiProblem, askForLines } from "../base/api.ts";
import { Box } from "../base/box.ts";
import { texts } from "../text/texts.ts";
import { sendFile } from "./upload.ts";

/** Something that is being added. */
export interface Task {
  readonly key: number;
  /** A claim. */
  readonly name: string;
  readonly state: "busy" | "done" | "failed" | "stopped";
  /** In words; of errors, the node's. */
  readonly words: string;
  /** From 0 to 1; `undefined`: nobody knows. */
  readonly part: number | undefined;
  /** The video, when it is known. */
  readonly id?: string;
}

let last = 0;

/** What is being added, and what became of it. */
export const tasks = new Box<readonly Task[]>([]);

const stops = new Map<number, AbortController>();
const agains = new Map<number, () => void>();

/** Tells of something that failed. @param words the node's @param again tries it once more */
export function noteFailure(name: string, words: string, again: () => void): void {
  const key = ++last;
  agains.set(key, () => {
    dismissTask(key);
    again();
  });
  tasks.set([...tasks.value, { key, name, state: "failed", words, part: undefined }]);
}

/** Changes what is shown of a task. */
type Tell = (change: Partial<Omit<Task, "key">>) => void;

function begin(name: string, act: (tell: Tell, signal: AbortSignal) => Promise<void>): void {
  const key = ++last;
  const tell: Tell = (change) =>
    tasks.set(tasks.value.map((task) => (task.key === key ? { ...task, ...change } : task)));
  const run = (): void => {
    const abort = new AbortController();
    stops.set(key, abort);
    tell({ state: "busy", words: texts().waiting, part: undefined });
    act(tell, abort.signal).catch((error: unknown) => {
      if (abort.signal.aborted) tell({ state: "stopped", words: texts().stopped });
      else tell({ state: "failed", words: (error as ApiProblem).message });
    });
  };
  tasks.set([...tasks.value, { key, name, state: "busy", words: texts().waiting, part: undefined }]);
  agains.set(key, run);
  run();
}

/** Stops a task. */
export const stopTask = (key: number): void => stops.get(key)?.abort();
/** Goes on with a task that was stopped or has failed. */
export const againTask = (key: number): void => agains.get(key)?.();
/** Takes a task from the list. */
export function dismissTask(key: number): void {
  stopTask(key);
  stops.delete(key);
  agains.delete(key);
  tasks.set(tasks.value.filter((task) => task.key !== key));
}

/** What became of one path. Reasons are the node's words. */
interface Report {
  readonly outcome: "added" | "already" | "skipped" | "failed";
  readonly id?: string;
  readonly reason?: string;
  readonly error?: { readonly detail: string };
}

/** A line of an adding. */
type AddLine =
  | { readonly progress: { readonly bytes: number; readonly bytesDone: number } }
  | { readonly report: Report };

async function followAdding(path: string, body: object, tell: Tell, signal: AbortSignal): Promise<void> {
  for await (const line of askForLines<AddLine>(path, { method: "POST", body, signal })) {
    if ("progress" in line) {
      const { bytes, bytesDone } = line.progress;
      const part = bytes === 0 ? undefined : bytesDone / bytes;
      tell({ words: texts().hashing(Math.floor(100 * (part ?? 0))), part });
    } else tellReport(line.report, tell);
  }
}

function tellReport({ outcome, id, reason = "", error }: Report, tell: Tell): void {
  const known = id === undefined ? {} : { id };
  if (outcome === "added") tell({ state: "done", words: texts().added, part: 1, ...known });
  else if (outcome === "already") tell({ state: "done", words: texts().already, part: 1, ...known });
  else if (outcome === "skipped") tell({ state: "failed", words: texts().skipped(reason) });
  else tell({ state: "failed", words: error?.detail ?? "" });
}

/** Adds a path of the node's machine. */
export function addPath(path: string): void {
  begin(path.replace(/^.*[/\\](?=.)/, ""), (tell, signal) =>
    followAdding("/api/v1/videos", { paths: [path] }, tell, signal),
  );
}

/** Adds a file of this device. */
export function addFile(file: File): void {
  begin(file.name, async (tell, signal) => {
    const key = await sendFile(file, signal, (part) =>
      tell({ words: texts().uploading(Math.floor(100 * part)), part }),
    );
    await followAdding(`/api/v1/uploads/${key}/add`, {}, tell, signal);
  });
}
