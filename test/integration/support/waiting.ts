const POLL_MS = 20;

/** Polls until something holds; fails with `claim` when it does not in time. */
export async function until(claim: string, holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${claim}`);
    await pause(POLL_MS);
  }
}

/** Time that has to pass because a test's claim is about time. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
