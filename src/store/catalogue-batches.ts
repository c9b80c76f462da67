import type { DatabaseSync } from "node:sqlite";
import type { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { isMistake, runningError, sentError } from "./catalogue-errors.ts";
import { type Answer, isWrite, type Operation } from "./catalogue-messages.ts";
import type { SqliteRows } from "./catalogue-queries.ts";

/** Runs operations that were asked together: all their writes in one transaction, or none of them. */
export class Batches {
  readonly #folder: string;
  readonly #database: Pick<DatabaseSync, "exec" | "close" | "isTransaction">;
  readonly #rows: SqliteRows;
  /** What ended all writing. */
  #failure: CardumeError | undefined;
  #writesInLog = 0;

  constructor(folder: string, database: Pick<DatabaseSync, "exec" | "close" | "isTransaction">, rows: SqliteRows) {
    this.#folder = folder;
    this.#database = database;
    this.#rows = rows;
  }

  /** Answers in the order of the operations, when all writes are on the disk. */
  run(operations: readonly Operation[]): Answer[] {
    const writes = operations.filter(isWrite).length;
    if (writes === 0) return this.#readsOnly(operations, undefined);
    if (this.#failure !== undefined) return this.#readsOnly(operations, this.#failure);
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const answers = operations.map((operation) => this.#inTransaction(operation));
      this.#database.exec("COMMIT");
      this.#writesInLog += writes;
      return answers;
    } catch (cause) {
      const error = this.#note(cause);
      this.#rollBack();
      // What was read in between may have seen writes that are gone now.
      return this.#readsOnly(operations, error);
    }
  }

  /** Copies the log into the database when it has become long; to be called when nobody waits for an answer. */
  tidy(): void {
    if (this.#writesInLog >= STORE.writesPerCheckpoint && this.#failure === undefined) this.#checkpoint("PASSIVE");
  }

  /** Leaves one file, with no log beside it, unless the disk refuses; what was written is safe in either case. */
  close(): void {
    if (this.#failure === undefined) this.#checkpoint("TRUNCATE");
    this.#database.close();
  }

  #checkpoint(mode: "PASSIVE" | "TRUNCATE"): void {
    this.#writesInLog = 0;
    try {
      this.#database.exec(`PRAGMA wal_checkpoint(${mode})`);
    } catch (cause) {
      // On a full disk the log stays as it is: what is in it was promised, and is there.
      this.#note(cause);
    }
  }

  #inTransaction(operation: Operation): Answer {
    if (!isWrite(operation)) return this.#answer(operation);
    try {
      return { value: this.#do(operation) };
    } catch (cause) {
      // SQLite ends a transaction by itself after some errors: what came next would be written without one.
      if (!isMistake(cause) || !this.#database.isTransaction) throw cause;
      return { error: sentError(cause) };
    }
  }

  #readsOnly(operations: readonly Operation[], refusal: CardumeError | undefined): Answer[] {
    return operations.map((operation) =>
      isWrite(operation) && refusal !== undefined ? { error: sentError(refusal) } : this.#answer(operation),
    );
  }

  #answer(operation: Operation): Answer {
    try {
      return { value: this.#do(operation) };
    } catch (cause) {
      return { error: sentError(isMistake(cause) ? cause : this.#note(cause)) };
    }
  }

  #do({ method, args }: Operation): unknown {
    return (this.#rows[method] as (...given: readonly unknown[]) => unknown).apply(this.#rows, args);
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch (cause) {
      this.#note(cause);
    }
  }

  #note(cause: unknown): CardumeError {
    const error = runningError(this.#folder, cause);
    if (error.code === "catalogue-failed") this.#failure ??= error;
    return error;
  }
}
