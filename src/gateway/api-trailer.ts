import type { Problem } from "./api-errors.ts";

/** The trailer that says, behind a video's bytes, why they are not all of them: an error as JSON, percent-encoded. */
export const ERROR_TRAILER = "cardume-error";

/** The trailer's text; empty when all went well. */
export const trailerText = (error: Problem | undefined): string =>
  error === undefined ? "" : encodeURIComponent(JSON.stringify(error));

/** The error that a trailer tells of; `undefined`: all went well. */
export function trailerError(text: string | undefined): Problem | undefined {
  return text === undefined || text === "" ? undefined : (JSON.parse(decodeURIComponent(text)) as Problem);
}
