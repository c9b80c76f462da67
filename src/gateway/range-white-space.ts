const isWhite = (code: number): boolean => code === 0x20 || code === 0x09;

/**
 * Without the spaces and tabs at both ends (OWS of RFC 9110, 5.6.3). A regular expression would take time with the
 * square of a header that is mostly spaces.
 */
export function withoutWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhite(text.charCodeAt(start))) start++;
  while (end > start && isWhite(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}
