import type { SourceFile } from "./source-files.ts";

// Each rule says what is wrong with one file, in words; none is what a linter of the project can say.

const MAX_LINES = 400;

/** A file is one idea: beyond this it is two. */
export const tooLong = ({ path, text }: SourceFile): string[] => {
  // A table, and every bound is to be found in one file.
  if (path === "src/core/limits.ts") return [];
  const lines = text.split("\n").length - 1;
  return lines > MAX_LINES ? [`${path} has ${lines} lines, over ${MAX_LINES}`] : [];
};

/** `some-words.ts`, `some-words.test.ts`, `some-words.config.ts`. */
export const notKebabCase = ({ path }: SourceFile): string[] =>
  path.split("/").every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config)?(\.ts)?$/.test(part))
    ? []
    : [`${path} is not in kebab-case`];

/** The compiler is not told to look away. */
export const silenced = ({ path, text }: SourceFile): string[] =>
  /@ts-(?:ignore|nocheck|expect-error)/.test(text) ? [`${path} silences the compiler`] : [];

/** Waiting for real time makes a test slow or, on a busy machine, wrong: pure code is given its time. */
export const sleeps = ({ path, text }: SourceFile): string[] =>
  /\bsetTimeout\s*\(|["'](?:node:)?timers(?:\/promises)?["']|\bAtomics\.wait\b/.test(text) ? [`${path} sleeps`] : [];

const EXPORTED =
  /^export (?:default )?(?:async |abstract |declare )*(?:function\*?|class|interface|type|const|enum) +(\w+)/;

/** What is exported says what it is for, in a block right above it. */
export function undocumented({ path, text }: SourceFile): string[] {
  const lines = text.split("\n");
  const seen = new Set<string>();
  return lines.flatMap((line, index) => {
    const name = EXPORTED.exec(line)?.[1];
    // The overloads of a function share the first one's words.
    if (name === undefined || seen.has(name)) return [];
    seen.add(name);
    return lines[index - 1]?.trimEnd().endsWith("*/") ? [] : [`${path} exports ${name} without a word about it`];
  });
}
