/**
 * Something that went wrong outside the program: a file, an address, a port, a disk. Programmer errors are
 * assertions instead, and rubbish from the network is a value.
 */
export class CardumeError extends Error {
  override readonly name = "CardumeError";
  /** Stable, kebab-case, for programs: `address-invalid`, `key-values-invalid`, `port-in-use`, `no-route`, … */
  readonly code: string;
  /** The process exit code that fits: 2 for what a person did wrong, 5 for what the machine refused. */
  readonly exitCode: number;

  constructor(code: string, message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? 2;
  }
}

/** A programmer's assumption. @throws Error when it does not hold: that is a bug, never bad input. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`bug: ${claim}`);
}
