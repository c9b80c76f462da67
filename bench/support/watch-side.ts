import type { Lab } from "../../lab/lab.ts";
import type { LinkShape } from "../../lab/shaping/link-shape.ts";
import type { Film } from "./watch-film.ts";

/** A process that gives a film over HTTP. */
export interface Gateway {
  /** The film's bytes. */
  readonly url: string;
  /** Its HLS, where there is one. */
  readonly hlsUrl: string | undefined;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Holders of a film behind their lines. */
export interface Shoal {
  /** A gateway that was just started, holds nothing, and is connected to all holders. */
  gateway(): Promise<Gateway>;
  /** Ends a holder as a power cut would. */
  kill(holder: number): Promise<void>;
}

/** One of those that are compared. */
export interface Side {
  readonly name: string;
  readonly isOurs: boolean;
  readonly hasHls: boolean;
  /** Starts a holder for each line; they end with the lab. `undefined`: it cannot have so many. */
  shoal(lab: Lab, film: Film, lines: readonly LinkShape[]): Promise<Shoal | undefined>;
  /** A gateway that holds the film, for its neighbours of the same machine. */
  held(lab: Lab, film: Film): Promise<Gateway>;
}
