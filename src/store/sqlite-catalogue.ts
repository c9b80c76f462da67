import { Worker } from "node:worker_threads";
import type { CardumeError } from "../core/errors.ts";
import { sibling } from "../runtime/worker-url.ts";
import type { Catalogue, Holding, NewVideoRow, VideoQuery, VideoRow } from "./catalogue.ts";
import { catalogueClosed, catalogueFailed, receivedError } from "./catalogue-errors.ts";
import type { Answer, Operation, Question, Report } from "./catalogue-messages.ts";
import { idsOf, ownBytes, ownChange, ownPath, ownRow, type RawRow, rowOf } from "./catalogue-rows.ts";
import type { CatalogueState } from "./catalogue-schema.ts";
import type { FilePath } from "./disk.ts";

/** An open catalogue, and how it was found. */
export interface OpenedCatalogue {
  readonly catalogue: Catalogue;
  readonly state: CatalogueState;
  /** Where the damaged one is now. */
  readonly movedTo: string | undefined;
}

/**
 * Opens the catalogue of a data folder, whose lock the caller holds, or makes it.
 * @throws CardumeError `library-too-new`, `library-held`, `data-folder-refused`, `disk-full`, `catalogue-failed`
 */
export async function openCatalogue({ folder }: { readonly folder: string }): Promise<OpenedCatalogue> {
  // Without the flags of this process, which may be for its main program only (`--input-type`, `--eval`).
  const flags = { name: "catalogue", execArgv: [], workerData: { folder } };
  const worker = new Worker(sibling("catalogue-worker", import.meta.url), flags);
  const { promise, resolve, reject } = Promise.withResolvers<Report>();
  worker.once("message", resolve);
  worker.once("error", (cause) => reject(threadEnded(cause)));
  worker.once("exit", () => reject(threadEnded()));
  const report = await promise;
  if ("refused" in report) throw receivedError(report.refused);
  const { state, movedTo } = report as Extract<Report, { readonly state: CatalogueState }>;
  return { catalogue: new SqliteCatalogue(worker), state, movedTo };
}

const threadEnded = (cause?: unknown): CardumeError => {
  const why = cause instanceof Error ? `its thread ended: ${cause.message}` : "its thread ended";
  return catalogueFailed(why, cause);
};

/** Somebody who waits for an answer. */
interface Asked {
  readonly operation: Operation;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A catalogue in SQLite, in a thread of its own. What is asked while the thread is at work, or in one turn of the event
 * loop, goes to it as one message, and its writes to the disk in one transaction: one wait for the disk for all.
 */
export class SqliteCatalogue implements Catalogue {
  readonly #worker: Worker;
  readonly #ended = Promise.withResolvers<void>();
  #waiting: Asked[] = [];
  #underWay: readonly Asked[] = [];
  #isBusy = false;
  /** Why nothing more can be asked. */
  #over: CardumeError | undefined;

  /** Takes over the thread of an open catalogue. It keeps the process alive only while something is asked of it. */
  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (answers: readonly Answer[]) => this.#take(answers));
    worker.once("error", (cause) => this.#end(threadEnded(cause)));
    worker.once("exit", () => this.#end(threadEnded()));
    worker.unref();
  }

  put(row: NewVideoRow, held: Uint8Array): Promise<void> {
    return this.#ask(() => ({ method: "put", args: [ownRow(row), ownBytes(held)] }));
  }

  hold({ id, hold = [], drop = [], change = {} }: Holding): Promise<void> {
    const own = (): Holding => ({ id: ownBytes(id), hold: [...hold], drop: [...drop], change: ownChange(change) });
    return this.#ask(() => ({ method: "hold", args: [own()] }));
  }

  remove(id: Uint8Array): Promise<void> {
    return this.#ask(() => ({ method: "remove", args: [ownBytes(id)] }));
  }

  async get(id: Uint8Array): Promise<VideoRow | undefined> {
    return maybeRow(await this.#ask(() => ({ method: "get", args: [ownBytes(id)] })));
  }

  held(id: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#ask(() => ({ method: "held", args: [ownBytes(id)] }));
  }

  async list({ words, kind, limit }: VideoQuery = {}): Promise<VideoRow[]> {
    const query = Object.fromEntries(Object.entries({ words, kind, limit }).filter(([, value]) => value !== undefined));
    return rows(await this.#ask(() => ({ method: "list", args: [query] })));
  }

  async byPrefix(hexDigits: string, limit: number): Promise<VideoRow[]> {
    return rows(await this.#ask(() => ({ method: "byPrefix", args: [hexDigits, limit] })));
  }

  async byTitle(title: string, limit: number): Promise<VideoRow[]> {
    return rows(await this.#ask(() => ({ method: "byTitle", args: [title, limit] })));
  }

  async bySource(path: FilePath): Promise<VideoRow | undefined> {
    return maybeRow(await this.#ask(() => ({ method: "bySource", args: [ownPath(path)] })));
  }

  async ids(): Promise<Uint8Array[]> {
    return idsOf(await this.#ask(() => ({ method: "ids", args: [] })));
  }

  close(): Promise<void> {
    this.#over ??= catalogueClosed();
    if (!this.#isBusy) this.#sayClose();
    return this.#ended.promise;
  }

  /** The answer is of the type that the worker gives for what is asked. */
  #ask<Value>(operation: () => Operation): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    if (this.#over !== undefined) {
      reject(this.#over);
      return promise;
    }
    try {
      this.#waiting.push({ operation: operation(), resolve: resolve as Asked["resolve"], reject });
    } catch (error) {
      reject(error);
      return promise;
    }
    if (!this.#isBusy) {
      this.#isBusy = true;
      this.#worker.ref();
      queueMicrotask(() => this.#send());
    }
    return promise;
  }

  #send(): void {
    this.#underWay = this.#waiting;
    this.#waiting = [];
    this.#post(this.#underWay.map(({ operation }) => operation));
  }

  #take(answers: readonly Answer[]): void {
    for (const [place, { resolve, reject }] of this.#underWay.entries()) {
      const answer = answers[place] as Answer;
      if ("error" in answer) reject(receivedError(answer.error));
      else resolve(answer.value);
    }
    this.#underWay = [];
    if (this.#waiting.length > 0) {
      this.#send();
      return;
    }
    this.#isBusy = false;
    if (this.#over === undefined) this.#worker.unref();
    else this.#sayClose();
  }

  #sayClose(): void {
    this.#isBusy = true;
    this.#worker.ref();
    this.#post("close");
  }

  #post(question: Question): void {
    this.#worker.postMessage(question);
  }

  #end(error: CardumeError): void {
    this.#over ??= error;
    for (const { reject } of [...this.#underWay, ...this.#waiting]) reject(error);
    this.#underWay = [];
    this.#waiting = [];
    this.#ended.resolve();
  }
}

const rows = (raw: readonly RawRow[]): VideoRow[] => raw.map(rowOf);
const maybeRow = (raw: RawRow | undefined): VideoRow | undefined => (raw === undefined ? undefined : rowOf(raw));
