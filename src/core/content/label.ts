import { VIDEO } from "../limits.ts";

/** C0 and C1 controls, marks that turn the direction of text, zero-width and line-breaking format characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/**
 * A name or title from a stranger as a label: text for people, never a path and never markup. Composed (NFC), on one
 * line, without what could disguise it, at most 255 characters. May come out empty.
 */
export function labelOf(text: string): string {
  const short = text.length > 4 * VIDEO.maxLabelChars ? text.slice(0, 4 * VIDEO.maxLabelChars) : text;
  const clean = short.toWellFormed().normalize("NFC").replace(UNFIT, " ").replace(/ {2,}/g, " ").trim();
  const characters = [...clean];
  return characters.length <= VIDEO.maxLabelChars ? clean : characters.slice(0, VIDEO.maxLabelChars).join("").trim();
}
