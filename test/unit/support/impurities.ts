import type { SourceFile } from "./source-files.ts";

/** What a pure core must not name, and what it would be. */
const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/["']node:/, "a module of Node"],
  [/\bDate\b/, "the clock"],
  [/\bperformance\b/, "the clock"],
  [/\bMath\s*\.\s*random\b|\bcrypto\b/, "a random source"],
  [/\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/, "a timer"],
  [/\bprocess\b|\bglobalThis\b/, "the process"],
  [/\bconsole\b/, "the console"],
  [/\bBuffer\b/, "a Buffer"],
  [/\basync\b|\bawait\b|\bPromise\b|\.then\(/, "a promise"],
  [/\bfetch\s*\(|\bWebSocket\b|\bXMLHttpRequest\b/, "the network"],
  [/\bimport\s*\(|\brequire\s*\(/, "a dynamic import"],
];

/** The code without its comments, which may say "clock" and "promise". */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, "");

/** What is not pure in a file, each in words. */
export function impurities({ path, text }: SourceFile): string[] {
  const code = withoutComments(text);
  return IMPURE.filter(([pattern]) => pattern.test(code)).map(([, what]) => `${path} uses ${what}`);
}
