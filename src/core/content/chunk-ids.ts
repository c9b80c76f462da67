import { FILES, ORIGINAL } from "../limits.ts";

/** Ids, or why a text is not a list of them, in words for the person who typed it. */
export type ParsedIds = { readonly ids: number[] } | { readonly problem: string };

/**
 * The ids of `1,3,4,5,9`, with ranges `1-9` (also downwards), in the order given and each once.
 */
export function parseChunkIds(text: string): ParsedIds {
  const ids: number[] = [];
  // Marks, and no set: a text may name every id many times over.
  let named = 0;
  const seen = new Uint8Array(ORIGINAL.maxChunkId + 1);
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part);
    if (match === null) return { problem: `"${part}" is not a chunk id or a range like 1-9` };
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (Math.max(first, last) > ORIGINAL.maxChunkId)
      return { problem: `"${part.trim()}" is beyond the largest chunk id, ${ORIGINAL.maxChunkId}` };
    named += Math.abs(last - first) + 1;
    if (named > FILES.maxIdsNamed) return { problem: `the list names ids more than ${FILES.maxIdsNamed} times` };
    addRange(first, last, ids, seen);
  }
  return { ids };
}

function addRange(first: number, last: number, ids: number[], seen: Uint8Array): void {
  const step = first <= last ? 1 : -1;
  for (let id = first; id !== last + step; id += step) {
    if (seen[id] === 0) ids.push(id);
    seen[id] = 1;
  }
}

/** Longer lists of ids are cut short for people. */
const SHORT_PARTS = 12;

/** The same for a person, who does not want to read thousands: the first dozen parts, and the last id. */
export function summarizeChunkIds(ids: readonly number[]): string {
  const parts = formatChunkIds(ids).split(",");
  return parts.length <= SHORT_PARTS ? parts.join(",") : `${parts.slice(0, SHORT_PARTS).join(",")}, … ${ids.at(-1)}`;
}

/** Ids in the short form that {@link parseChunkIds} reads: runs of three or more become ranges. */
export function formatChunkIds(ids: readonly number[]): string {
  const parts: string[] = [];
  for (let from = 0; from < ids.length; ) {
    const first = ids[from] as number;
    let end = from + 1;
    while (end < ids.length && ids[end] === first + (end - from)) end++;
    if (end - from >= 3) parts.push(`${first}-${ids[end - 1]}`);
    else parts.push(...ids.slice(from, end).map(String));
    from = end;
  }
  return parts.join(",");
}
