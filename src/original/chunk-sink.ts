/**
 * Where a client's chunks go. Chunks come in any order; a sink that cannot keep up lowers its limit, and no chunk
 * from that place on is asked for.
 */
export interface ChunkSink {
  /** Takes the chunk at a place in the wanted order. The bytes are the sink's from then on. */
  take(place: number, id: number, chunk: Uint8Array): void;
  /** The chunk at this place will not come. */
  skip(place: number): void;
  /** The first place that is not to be asked for yet. */
  readonly limit: number;
  /** Called whenever `limit` has changed. */
  onLimit: () => void;
  /** Called once when the sink can take no more: a full disk, a closed pipe. */
  onError: (error: Error) => void;
  /** Writes out what was taken, in order, and closes. Rejects when that fails. */
  finish(): Promise<void>;
}
