import { ADDRESSES, type Family, INSIDE, MARKUP, POLYGLOTS, SCRIPT } from "./hostile-families.ts";

/** One text that harms where it is taken for more than text. */
export interface HostileText {
  /** What it calls: `harm(number)`, its place in the list. */
  readonly number: number;
  readonly text: string;
  readonly family: string;
  readonly context: string;
  readonly encoding: string;
  /** The mistake in a page that it waits for. */
  readonly sink: string;
}

/** What stands before a text, so that it gets out of where it was put. */
interface Context {
  readonly name: string;
  readonly before: string;
  readonly sink: string;
}

const PLAIN: Context = { name: "plain", before: "", sink: "markup" };
const MARKUP_CONTEXTS: readonly Context[] = [
  PLAIN,
  { name: "double quote", before: '">', sink: "double" },
  { name: "single quote", before: "'>", sink: "single" },
  { name: "raw text", before: "</textarea></title></style>", sink: "rawtext" },
  { name: "comment", before: "--!> --> ]]>", sink: "comment" },
  { name: "long", before: `${"long ".repeat(60)}<`, sink: "markup" },
];

/** The call is JavaScript's and stays as it is. */
const aroundCall = (text: string, change: (part: string) => string): string =>
  text
    .split(/(harm\(\d+\))/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join("");

const each = (text: string, name: (code: number) => string): string =>
  text.replace(/[<>"'`&;{}=]/g, (character) => name(character.charCodeAt(0)));
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, "0");

/** How a text is written, so that something undoes it on the way: a decoder, a filter, a normal form. */
const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  capitals: (text) => aroundCall(text, (part) => part.toUpperCase()),
  entities: (text) => each(text, (code) => (code % 2 === 0 ? `&#${code};` : `&#x${hex(code, 5)};`)),
  percent: (text) => encodeURIComponent(text),
  escapes: (text) => each(text, (code) => `\\u${hex(code, 4)}`),
  wide: (text) => text.replace(/[<>"'`]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
  nested: (text) => text.replace(/<(\/?\w)/g, "<<script>$1"),
  "control characters": (text) => `\u202e\u0000${text}\u200f`,
};

const allOf = (names: readonly string[], families: readonly Family[], contexts: readonly Context[]) =>
  contexts.flatMap((context) => names.flatMap((encoding) => families.map((family) => ({ family, context, encoding }))));

const EVERY = Object.keys(ENCODINGS);
/** Capitals are another name in a script, and a script has no entities. */
const SCRIPTS_OWN = ["plain", "percent", "escapes", "wide", "control characters"];

const MADE = [
  ...allOf(EVERY, MARKUP, MARKUP_CONTEXTS),
  ...allOf(EVERY, INSIDE, [PLAIN]),
  ...allOf(["plain", "capitals", "entities", "percent", "control characters"], ADDRESSES, [PLAIN]),
  ...allOf(SCRIPTS_OWN, SCRIPT, [PLAIN]),
  ...allOf(["plain", "entities", "percent", "escapes"], POLYGLOTS, [PLAIN]),
];

/** Texts that harm wherever they are taken for more than text: families by contexts by encodings, each once. */
export const HOSTILE: readonly HostileText[] = MADE.map(({ family, context, encoding }, number) => {
  const called = context.before + family.text.replaceAll("§", `harm(${number})`);
  const text = (ENCODINGS[encoding] as (text: string) => string)(called);
  const named = { family: `${family.sink ?? "markup"}: ${family.text}`, context: context.name, encoding };
  return { number, text, ...named, sink: family.sink ?? context.sink };
});

/** The texts alone. */
export const HOSTILE_TEXTS: readonly string[] = HOSTILE.map(({ text }) => text);
