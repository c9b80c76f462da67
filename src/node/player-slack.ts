/** What of a player's way is known here. */
export interface PlayerWay {
  /** Bytes that it has taken since it began, or jumped. */
  readonly takenBytes: number;
  /** In ms, how long ago that was. */
  readonly sinceMs: number;
  /** What it plays. */
  readonly bytesPerSecond: number;
  /** Whether it waits for bytes now. */
  readonly isWaiting: boolean;
}

/** Of what it seems to have ahead, only a part is counted on: some play faster, and some throw away what they took. */
const COUNTED = 0.5;
const MOST_MS = 10_000;
/** Whoever does not wait stands behind all that do: beyond what is strict. */
const RESTING_MS = 5000;

/**
 * In ms, how much longer a player can do without the bytes at its place: it cannot have played more than the time since it
 * began, so that what it took beyond that lies in its buffer. One that has just jumped has nothing, and comes first.
 */
export function playerSlackMs({ takenBytes, sinceMs, bytesPerSecond, isWaiting }: PlayerWay): number {
  const bufferedMs = bytesPerSecond > 0 ? (1000 * takenBytes) / bytesPerSecond - sinceMs : 0;
  const slackMs = Math.max(0, Math.min(MOST_MS, COUNTED * bufferedMs));
  return isWaiting ? slackMs : slackMs + RESTING_MS;
}
