import { CardumeError } from "../core/errors.ts";

/** An error as JSON (RFC 9457), with what the command line would exit with. */
export interface Problem {
  /** `urn:cardume:` and the code. */
  readonly type: string;
  /** The code in words: the same for all errors of this code. */
  readonly title: string;
  /** The HTTP status that fits, also where the error comes behind a part of the answer. */
  readonly status: number;
  /** What is wrong this time. */
  readonly detail: string;
  /** As of a `CardumeError`; `internal` for what is none. */
  readonly code: string;
  readonly exitCode: number;
}

/** The media type of an error. */
export const PROBLEM_TYPE = "application/problem+json";

/** The code of what nobody expected. */
const INTERNAL = "internal";
const INTERNAL_EXIT_CODE = 1;

/** An error's JSON, from its code, its words and the exit code that fits. */
export const problemOf = (code: string, detail: string, exitCode: number): Problem => ({
  type: `urn:cardume:${code}`,
  title: titleOf(code),
  status: statusOf(code, exitCode),
  detail,
  code,
  exitCode,
});

/** An error as JSON. What is no `CardumeError` is said in its own words: both sides are the same person's. */
export function apiError(error: unknown): Problem {
  if (error instanceof CardumeError) return problemOf(error.code, error.message, error.exitCode);
  return problemOf(INTERNAL, error instanceof Error ? error.message : String(error), INTERNAL_EXIT_CODE);
}

/** The error that such JSON tells of. */
export const thrownError = ({ code, detail, exitCode }: Problem): CardumeError =>
  new CardumeError(code, detail, { exitCode });

/** Whether nobody expected it: a mistake in the program. */
export const isBug = ({ code }: Problem): boolean => code === INTERNAL;

function titleOf(code: string): string {
  const words = code.replaceAll("-", " ");
  return code === INTERNAL ? "Mistake in the program" : words.charAt(0).toUpperCase() + words.slice(1);
}

function statusOf(code: string, exitCode: number): number {
  if (code === INTERNAL) return 500;
  return STATUSES[code] ?? BY_EXIT_CODE[exitCode] ?? 500;
}

const STATUSES: Readonly<Record<string, number>> = {
  "token-wrong": 401,
  "host-refused": 403,
  "origin-refused": 403,
  "login-wrong": 403,
  "method-not-allowed": 405,
  "request-timeout": 408,
  "body-too-large": 413,
  "content-type-unsupported": 415,
  "head-too-large": 431,
  "video-ambiguous": 409,
  "video-in-use": 409,
  "dht-off": 409,
  "too-many-requests": 503,
};

/** Missing or wrong; wrong use; not found; not reachable; refused by the machine. */
const BY_EXIT_CODE: Readonly<Record<number, number>> = { 1: 409, 2: 400, 3: 404, 4: 502, 5: 503 };
