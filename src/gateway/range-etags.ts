import { withoutWhiteSpace } from "./range-white-space.ts";

/** An entity-tag of a request (RFC 9110, 8.8.3). */
export interface EntityTag {
  readonly isWeak: boolean;
  /** With its quotes. */
  readonly opaque: string;
}

/** What stands in If-Match and If-None-Match; `undefined`: neither `*` nor a list of entity-tags. */
export type TagList = "*" | readonly EntityTag[] | undefined;

// `etagc`: no control character, no space, no quote. What Node reads as Latin-1 is obs-text.
const ONE_TAG = /^(W\/)?("[!#-~\u0080-\u00ff]*")$/;
const NEXT = /[ \t]*(?:,|(W\/)?("[!#-~\u0080-\u00ff]*")[ \t]*(?:,|$))/y;

/** One entity-tag and nothing else, as in If-Range; `undefined`: it is none. `W/` is in upper case only. */
export function entityTag(text: string): EntityTag | undefined {
  const match = ONE_TAG.exec(text);
  return match === null ? undefined : { isWeak: match[1] !== undefined, opaque: match[2] as string };
}

/** Reads If-Match or If-None-Match. Empty elements of the list are passed over. */
export function tagList(text: string): TagList {
  const bare = withoutWhiteSpace(text);
  if (bare === "*") return "*";
  const tags: EntityTag[] = [];
  NEXT.lastIndex = 0;
  while (NEXT.lastIndex < bare.length) {
    const match = NEXT.exec(bare);
    if (match === null) return undefined;
    if (match[2] !== undefined) tags.push({ isWeak: match[1] !== undefined, opaque: match[2] });
  }
  return tags.length === 0 ? undefined : tags;
}

/** Strong comparison (8.8.3.2): neither is weak. `own` is a strong tag. */
export const hasStrong = (list: TagList, own: string): boolean =>
  list === "*" || (list?.some(({ isWeak, opaque }) => !isWeak && opaque === own) ?? false);

/** Weak comparison: for If-None-Match. */
export const hasWeak = (list: TagList, own: string): boolean =>
  list === "*" || (list?.some(({ opaque }) => opaque === own) ?? false);
