import { CardumeError } from "../core/errors.ts";
import type { FetchResult } from "./node-types.ts";

/** Why a fetch has ended without what somebody reads. @returns `undefined`: it has come */
export function failureOf({ outcome, missing }: FetchResult): CardumeError | undefined {
  switch (outcome) {
    case "complete":
      return undefined;
    case "not-found":
      return new CardumeError("video-unknown", "nobody who could be asked holds this video", { exitCode: 3 });
    case "unreachable":
      return new CardumeError("peer-unreachable", "those who hold this video cannot be reached", { exitCode: 4 });
    case "missing":
      return new CardumeError(
        "chunks-missing",
        `nobody who can be reached has ${missing.length} chunks of this video`,
        {
          exitCode: 1,
        },
      );
    case "stopped":
      return new CardumeError("fetch-stopped", "the fetch of this video was stopped", { exitCode: 1 });
  }
}
