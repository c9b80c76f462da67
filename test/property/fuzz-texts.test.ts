import { expect, test } from "vitest";
import { parseChunkIds } from "../../src/core/content/chunk-ids.ts";
import { formatKeyValues, isKeyValuesProblem, parseKeyValues } from "../../src/core/content/key-values-file.ts";
import { fuzz } from "./support/fuzz.ts";
import { fuzzText } from "./support/fuzz-text.ts";
import { SEED } from "./support/seed.ts";

const readKeyValues = (text: string): void => {
  const result = parseKeyValues(text);
  if (isKeyValuesProblem(result)) expect(result.line).toBeGreaterThan(0);
  else formatKeyValues(result);
};

const readIds = (text: string): void => {
  const result = parseChunkIds(text);
  if ("ids" in result) expect(result.ids.length).toBeGreaterThan(0);
};

test("60,000 texts: none crashes or slows the reader of key-values files", () => {
  const inputs = fuzz(fuzzText(readKeyValues, "key-values"), { inputs: 60_000, inputsPerEpisode: 100 });
  console.log(`key-values files: ${inputs} texts, SEED=${SEED}`);
});

test("40,000 texts: none crashes or slows the reader of id lists", () => {
  const inputs = fuzz(fuzzText(readIds, "ids"), { inputs: 40_000, inputsPerEpisode: 100 });
  console.log(`id lists: ${inputs} texts, SEED=${SEED}`);
});

/** Fuzzes with one text only. */
const only = (read: (text: string) => void, text: string): void => {
  const nothing = (): void => {};
  fuzz(() => ({ prepare: nothing, run: () => read(text), judge: nothing }), { inputs: 1, inputsPerEpisode: 1 });
};

/** Lines that make a pattern look at every place from every other. */
const hostile: readonly (readonly [string, string])[] = [
  ["quotes and range marks", `1: "${'"#bytes='.repeat(4000)}\u2028x`],
  ["quotes", `1: ${'"'.repeat(30_000)}`],
  ["range marks", `1: ${"#bytes=1-".repeat(4000)}`],
  ["spaces around everything", `${" ".repeat(10_000)}1${" ".repeat(10_000)}:${" ".repeat(10_000)}a b`],
  ["digits", `${"1".repeat(30_000)}: a`],
  ["colons", `1${":".repeat(30_000)}`],
];

test.for(hostile)("a line of %s takes no more time than its length is worth", ([, text]) => {
  only(readKeyValues, text);
});

test("a list that names every id many times over takes no more time than once", () => {
  only(readIds, new Array(50).fill("0-65535").join(","));
});

/** Readers with one mistake each. */
const planted: Record<string, { read: (text: string) => void; found: RegExp }> = {
  "a colon is taken for granted": { read: (text) => (text.split(":")[1] as string).trim(), found: /undefined/ },
  "a surrogate is encoded as part of a URL": { read: (text) => encodeURIComponent(text), found: /malformed/i },
  "every character is looked for in all that came before": {
    read: (text) => {
      for (let at = 0; at < text.length; at++) for (let before = 0; before < at; before++) text.charCodeAt(before);
    },
    found: /ms of CPU/,
  },
};

test.for(Object.entries(planted))("the fuzzer finds it when %s", ([, { read, found }]) => {
  expect(() => fuzz(fuzzText(read, "key-values"), { inputs: 5000, inputsPerEpisode: 100 })).toThrow(found);
});
