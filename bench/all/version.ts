import { Program } from "../../lab/program.ts";

/** What a program says of its version; `undefined` where there is none. */
export async function versionOf(
  command: string,
  args: readonly string[],
  pattern: RegExp,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await new Program(command, args).ended;
    return pattern.exec(stdout + stderr)?.[1];
  } catch {
    return undefined; // not installed
  }
}
