import { CardumeError } from "../core/errors.ts";

/** An error as JSON: what the command line would say and exit with. */
export interface ApiError {
  /** As of a `CardumeError`; `internal` for what is none. */
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

/** The code of what nobody expected. */
const INTERNAL = "internal";
const INTERNAL_EXIT_CODE = 1;

/** An error as JSON. What is no `CardumeError` is said in its own words: both sides are the same person's. */
export function apiError(error: unknown): ApiError {
  if (error instanceof CardumeError) return { code: error.code, message: error.message, exitCode: error.exitCode };
  const message = error instanceof Error ? error.message : String(error);
  return { code: INTERNAL, message, exitCode: INTERNAL_EXIT_CODE };
}

/** The error that such JSON tells of. */
export const thrownError = ({ code, message, exitCode }: ApiError): CardumeError =>
  new CardumeError(code, message, { exitCode });

/** The HTTP status that fits an error. */
export function statusOf({ code, exitCode }: ApiError): number {
  if (code === INTERNAL) return 500;
  return STATUSES[code] ?? BY_EXIT_CODE[exitCode] ?? 500;
}

const STATUSES: Readonly<Record<string, number>> = {
  "method-not-allowed": 405,
  "body-too-large": 413,
  "content-type-unsupported": 415,
  "video-ambiguous": 409,
  "video-in-use": 409,
  "dht-off": 409,
  "too-many-requests": 503,
};

/** Missing or wrong; wrong use; not found; not reachable; refused by the machine. */
const BY_EXIT_CODE: Readonly<Record<number, number>> = { 1: 409, 2: 400, 3: 404, 4: 502, 5: 503 };
