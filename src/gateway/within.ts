/** How often progress is told: as often as a person's line is drawn. */
export const PROGRESS_MS = 200;

/** What a promise resolves to, if it does within this time; else `undefined`. @throws what it rejects with, by then */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  const { promise: elapsed, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([promise, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}
