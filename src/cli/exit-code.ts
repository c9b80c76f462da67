/** The exit codes of every command. */
export const EXIT = {
  done: 0,
  /** Done, but something is missing or wrong. */
  incomplete: 1,
  wrongUse: 2,
  notFound: 3,
  notReachable: 4,
  /** The machine refused: disk, port, permission. */
  refused: 5,
  interrupted: 130,
} as const;
