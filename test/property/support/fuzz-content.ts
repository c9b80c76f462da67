import { type CborValue, type decodeCbor, encodeCbor, isCborError } from "../../../src/core/content/cbor.ts";
import { formatLink, isLinkProblem, type Link, type parseLink } from "../../../src/core/content/link.ts";
import type { Sha256 } from "../../../src/core/content/merkle.ts";
import type { Episode, Start } from "./fuzz.ts";
import type { Random } from "./random.ts";

/** Bytes that mean much to CBOR: heads of every kind, with lengths at their bounds. */
const HEADS = [0x00, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x20, 0x40, 0x58, 0x5f, 0x60, 0x78, 0x80, 0x9b, 0x9f, 0xa0];
const MORE_HEADS = [0xa1, 0xbb, 0xbf, 0xc0, 0xf4, 0xf5, 0xf6, 0xf9, 0xff, 0x7f, 0xfe, 0x01];

/** Spoils an encoding: bytes changed, cut, repeated or put in, sometimes nothing at all. */
export function spoil(bytes: Uint8Array, random: Random): Uint8Array {
  let result = [...bytes];
  for (let times = random.below(4); times > 0 && result.length > 0; times--) {
    const at = random.below(result.length);
    switch (random.below(5)) {
      case 0:
        result[at] = random.pick([...HEADS, ...MORE_HEADS]);
        break;
      case 1:
        result[at] = (result[at] as number) ^ (1 << random.below(8));
        break;
      case 2:
        result = result.slice(0, at);
        break;
      case 3:
        result.splice(at, 0, random.pick([...HEADS, ...MORE_HEADS]));
        break;
      default:
        result = [...result.slice(0, at), ...result.slice(random.below(result.length)).slice(0, 64)];
        break;
    }
  }
  return Uint8Array.from(result);
}

/** Any value, small and shallow, now and then nested deeply. */
export function anyValue(random: Random, depth = 0): CborValue {
  const kind = random.below(depth > 10 ? 4 : 7);
  if (kind === 0) return random.pick([0, 1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]);
  if (kind === 1) return random.oneIn(2);
  if (kind === 2) return random.pick(["", "a", "é", "水", "𐅑", "__proto__", "x".repeat(30)]);
  if (kind === 3) return Uint8Array.from(random.list(random.below(30), () => random.below(256)));
  const items = random.list(random.below(4), () => anyValue(random, depth + 1));
  if (kind < 6) return items;
  return new Map(items.map((item, index) => [random.pick(["a", "b", "aa", "z"]) + String(index), item]));
}

/** Fuzzes a CBOR decoder: it never throws, and what it reads is written to the same bytes again. */
export const fuzzCbor =
  (decode: typeof decodeCbor): Start =>
  (random): Episode => {
    let bytes = new Uint8Array();
    let result: ReturnType<typeof decodeCbor> = 0;
    return {
      prepare: () => {
        bytes = new Uint8Array(spoil(encodeCbor(anyValue(random)), random));
        if (random.oneIn(500))
          bytes = new Uint8Array(random.between(1, 100_000)).fill(random.pick([0x81, 0xa1, 0x9a, 0]));
      },
      run: () => {
        result = decode(bytes);
      },
      judge: () => {
        if (isCborError(result)) return;
        if (Buffer.compare(encodeCbor(result), bytes) !== 0) throw new Error("read from bytes that nobody would write");
      },
    };
  };

/** Words that links are broken with. */
const WORDS = [
  "&",
  "?",
  "=",
  "%",
  "%zz",
  "%00",
  "&c=",
  "s=64",
  "s=1e9",
  "n=",
  "by=",
  "p=",
  " ",
  "\n",
  "<",
  ">",
  "é",
  "=",
];

/** Fuzzes a reader of links: it never throws, and what it reads can be written and read again. */
export const fuzzLink =
  (parse: typeof parseLink, sha256: Sha256): Start =>
  (random): Episode => {
    let text = "";
    let made = "";
    let result: ReturnType<typeof parseLink> = { code: "link-invalid", problem: "" };
    return {
      prepare: () => {
        made = formatLink(anyLink(random), sha256);
        text = made;
        for (let times = random.below(4); times > 0; times--) {
          const at = random.below(text.length + 1);
          text = text.slice(0, at) + random.pick(WORDS) + text.slice(at + random.below(3));
        }
        if (random.oneIn(300)) text = "cardume:".repeat(random.below(5000));
      },
      run: () => {
        result = parse(text, sha256);
      },
      judge: () => {
        if (text === made && isLinkProblem(result)) throw new Error(`a good link was refused: ${result.problem}`);
        if (isLinkProblem(result)) return;
        const again = parse(formatLink(result, sha256), sha256);
        if (JSON.stringify(again) !== JSON.stringify(result)) throw new Error("read differently a second time");
      },
    };
  };

function anyLink(random: Random): Link {
  const hash = (): Uint8Array => Uint8Array.from(random.list(32, () => random.below(256)));
  return {
    id: hash(),
    ...(random.oneIn(2) ? { bytes: random.pick([1, 65, 2 ** 40]) } : {}),
    ...(random.oneIn(2) ? { name: random.pick(["film.mp4", "Férias & mar (1)", "\u202Ex\u0000", "", "a.b~c"]) } : {}),
    ...(random.oneIn(2) ? { publisher: hash() } : {}),
    peers: random.list(random.below(10), () => random.pick(["/ip4/127.0.0.1/tcp/1", "x", "a b", ""])),
  };
}
