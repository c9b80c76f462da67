/** What stands in a link. The node checks it; here it is only looked at. */
export interface LinkWords {
  readonly text: string;
  readonly id: string | undefined;
  /** Somebody's claim. */
  readonly name: string;
}

/** A pasted link; `undefined`: it is none. */
export function linkIn(words: string): LinkWords | undefined {
  const text = words.trim().replace(/^[<("'[]+/, "");
  if (!/^cardume:/i.test(text)) return undefined;
  const id = /^cardume:([a-z2-7]{52})(?:\?|$)/i.exec(text)?.[1]?.toLowerCase();
  return { text, id, name: nameIn(text) };
}

function nameIn(text: string): string {
  try {
    return decodeURIComponent(/[?&]n=([^&]*)/.exec(text)?.[1] ?? "");
  } catch {
    return "";
  }
}
