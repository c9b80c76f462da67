/** A text in UTF-8; lone surrogates become U+FFFD. */
export function toUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x1_0000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(bytes);
}

/** The smallest code point that needs a sequence of 2, 3 or 4 bytes: a smaller one is an overlong form. */
const LEAST = [0, 0, 0x80, 0x800, 0x1_0000];

/** How many bytes a sequence has by its first one; 0 for one that cannot be a first. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

/** The text of UTF-8 bytes; `undefined` for overlong forms, surrogates, and anything else that is none (RFC 3629). */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const length = sequenceLength(first);
    if (length === 0 || at + length > bytes.length) return undefined;
    let code = length === 1 ? first : first & (0x7f >> length);
    for (let next = 1; next < length; next++) {
      const byte = bytes[at + next] as number;
      if (byte >> 6 !== 2) return undefined;
      code = (code << 6) | (byte & 63);
    }
    if (code < (LEAST[length] as number) || (code >= 0xd800 && code < 0xe000) || code > 0x10_ffff) return undefined;
    text += String.fromCodePoint(code);
    at += length;
  }
  return text;
}
