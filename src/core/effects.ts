/**
 * What a core wants done: a list that the caller reuses, so that an event costs no list of its own, and the time
 * at which the core wants a `wake` input.
 */
export class Effects<Effect> {
  readonly list: Effect[] = [];
  /** In ms on the caller's clock; Infinity for not at all. A wake that comes early or twice does no harm. */
  wakeAtMs: number = Infinity;

  /** Empties the list for the next event. */
  clear(): void {
    this.list.length = 0;
    this.wakeAtMs = Infinity;
  }

  push(effect: Effect): void {
    this.list.push(effect);
  }

  /** Asks for a wake at this time, or earlier if that was asked before. */
  wakeAt(atMs: number): void {
    if (atMs < this.wakeAtMs) this.wakeAtMs = atMs;
  }
}
