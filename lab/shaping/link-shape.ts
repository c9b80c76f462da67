/** What joins one node to the rest of the world: its own line, both ways. */
export interface LinkShape {
  /** Shared by all its connections; Infinity for no limit. */
  readonly upBytesPerMs: number;
  readonly downBytesPerMs: number;
  /** One way, and added in both: to another such node and back takes four of them. */
  readonly delayMs: number;
  /** Each piece takes up to so much longer, but never overtakes another of its connection. */
  readonly jitterMs: number;
  /** A connection lives so long on average before it is cut; Infinity for ever. */
  readonly cutEveryMs: number;
}

/** A line that nobody notices. */
export const OPEN_LINK: LinkShape = {
  upBytesPerMs: Infinity,
  downBytesPerMs: Infinity,
  delayMs: 0,
  jitterMs: 0,
  cutEveryMs: Infinity,
};

/** Mbit/s, as lines are sold, in bytes a millisecond. */
export const megabits = (megabitsPerSecond: number): number => (megabitsPerSecond * 1_000_000) / 8 / 1000;

/** A line of the same rate both ways. */
export const line = (megabitsPerSecond: number, delayMs: number, jitterMs = 0): LinkShape => ({
  ...OPEN_LINK,
  upBytesPerMs: megabits(megabitsPerSecond),
  downBytesPerMs: megabits(megabitsPerSecond),
  delayMs,
  jitterMs,
});

/** What waits in front of a line before its node is held back: 20 ms of it, as in a router with a sensible queue. */
export const QUEUE_MS = 20;

const MIN_PIECE_BYTES = 1460;
const MAX_PIECE_BYTES = 65_536;
const MAX_WINDOW_BYTES = 8_388_608;

/** Bytes that pass a line in one piece: 2 ms of it, so that connections take turns, but never less than a packet. */
export const pieceBytes = (bytesPerMs: number): number =>
  Math.round(Math.min(MAX_PIECE_BYTES, Math.max(MIN_PIECE_BYTES, 2 * bytesPerMs)));

/** From one node to another, jitter apart. */
export const oneWayMs = (from: LinkShape, to: LinkShape): number => from.delayMs + to.delayMs;

/**
 * Bytes of one connection that may be under way in one direction: what the line holds, and two queues' worth, so that a
 * sender is held back about as soon as a real line would hold it back.
 */
export function windowBytes(from: LinkShape, to: LinkShape): number {
  const bytesPerMs = Math.min(from.upBytesPerMs, to.downBytesPerMs);
  const heldMs = oneWayMs(from, to) + from.jitterMs + to.jitterMs + 2 * QUEUE_MS;
  return Math.min(MAX_WINDOW_BYTES, Math.ceil(bytesPerMs * heldMs) + 2 * pieceBytes(bytesPerMs));
}
