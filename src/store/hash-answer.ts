import type { HashedRun, ReadRun } from "./hasher.ts";

/** What comes of a job. */
export type HashResult = HashedRun | Uint8Array | ReadRun | undefined;

/** A worker's answer to one job. */
export type HashAnswer = ({ readonly result: HashResult } | { readonly failure: Failure }) & {
  /** Memory that was moved here for the job. */
  readonly lent?: Uint8Array | undefined;
};

/** An error as it crosses between threads: a clone of the error itself would lose all but its message. */
export interface Failure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly errno?: number | undefined;
  readonly syscall?: string | undefined;
}

/** What is to be told of an error, of the system's or any other. */
export function failureOf(error: unknown): Failure {
  const { message, code, errno, syscall } = error as NodeJS.ErrnoException;
  return { message, code, errno, syscall };
}

/** The error again. */
export const errorOf = ({ message, ...system }: Failure): Error => Object.assign(new Error(message), system);

/** The memory of bytes, which changes hands with them; shared memory does not. */
export const movedWith = (bytes: Uint8Array | undefined): ArrayBuffer[] =>
  bytes === undefined || bytes.buffer instanceof SharedArrayBuffer ? [] : [bytes.buffer as ArrayBuffer];

/** The memory of a result, which changes hands with it. */
export function memoryOf(result: HashResult): ArrayBuffer[] {
  if (result === undefined) return [];
  if (result instanceof Uint8Array) return movedWith(result);
  if ("bytes" in result) return movedWith(result.bytes);
  return [...movedWith(result.leafHashes), ...movedWith(result.chunkRoots)];
}
