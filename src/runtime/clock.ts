/** The time that cores are given: ms on a clock that never goes back, whatever the wall clock does. */
export const monotonicMs = (): number => performance.now();
