import type { Abilities } from "./play-plan.ts";

/** What this browser can do. */
export const abilities: Abilities = {
  buffers: (type) => typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(type),
  plays: (type) => document.createElement("video").canPlayType(type) !== "",
};
