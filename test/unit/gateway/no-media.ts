import { CardumeError } from "../../../src/core/errors.ts";
import type { MediaService } from "../../../src/media/playable-types.ts";

/** A media service that knows no file. */
export const NO_MEDIA: MediaService = {
  open: () => Promise.reject(new CardumeError("media-unsupported", "it is no media file", { exitCode: 1 })),
  close: () => Promise.resolve(),
};
