import { basename, relative } from "node:path";

/** How this program was started, for command lines that a person can copy. */
function programName(): string {
  const script = process.argv[1] ?? "cardume";
  const name = basename(script);
  if (name !== "cardume.js") return name === "cardume" ? "cardume" : "node bin/cardume.js";
  return `node ${shellWord(relative(process.cwd(), script))}`;
}

/** A command line of this program, as it can be pasted into a shell. */
export const commandLine = (args: readonly string[]): string => [programName(), ...args.map(shellWord)].join(" ");

const shellWord = (word: string): string =>
  /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
