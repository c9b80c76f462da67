import type { Episode, Start } from "./fuzz.ts";
import type { Random } from "./random.ts";

/** What texts are put together from. */
const GRAMMAR: Readonly<Record<"key-values" | "ids", readonly string[]>> = {
  "key-values": [
    ..."0123456789:#-='\"/. \t\r\n",
    ...["\r\n", "\n", ": ", "#bytes=", "#bytes=0-1023", "1: a", "65535", "65536", "\u0000", "\uFEFF", "\u2028", "é"],
    ...["BigBuckBunny_7.m4s", "-1", "1e3", "0x10", "99999999999999999", '"a b"', "\ud800", "../"],
  ],
  ids: [
    ..."0123456789,- \t",
    "1-9",
    "9-1",
    "65535",
    "65536",
    "0-300",
    ",,",
    "--",
    "1e3",
    "0x1",
    "999999999",
    "é",
    "\0",
  ],
};

/** Fuzzes a reader of text with words of its grammar in any order, short texts and long ones. */
export const fuzzText =
  (read: (text: string) => void, grammar: keyof typeof GRAMMAR): Start =>
  (random: Random): Episode => {
    let text = "";
    return {
      prepare: () => {
        const words = random.oneIn(100) ? 3000 : random.below(24);
        text = random.list(words, () => random.pick(GRAMMAR[grammar])).join("");
      },
      run: () => read(text),
      judge: () => {},
    };
  };
