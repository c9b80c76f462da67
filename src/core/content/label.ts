import { VIDEO } from "../limits.ts";

/** C0 and C1 controls, marks that turn the direction of text, zero-width and line-breaking format characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/**
 * A name or title from a stranger as a label: text for people, never a path and never markup. Composed (NFC), on one
 * line, without what could disguise it, at most `maxChars` characters (255). May come out empty.
 */
export function labelOf(text: string, maxChars: number = VIDEO.maxLabelChars): string {
  const short = text.length > 4 * maxChars ? text.slice(0, 4 * maxChars) : text;
  const clean = short.toWellFormed().normalize("NFC").replace(UNFIT, " ").replace(/ {2,}/g, " ").trim();
  const characters = [...clean];
  return characters.length <= maxChars ? clean : characters.slice(0, maxChars).join("").trim();
}
