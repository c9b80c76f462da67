/** Waits for something, but not for ever. @throws Error when it takes longer */
export async function within<Result>(ms: number, what: string, waited: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: not over after ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([waited, promise]);
  } finally {
    clearTimeout(timer);
  }
}
