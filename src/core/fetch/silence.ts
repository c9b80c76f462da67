import type { FetchBook } from "./fetch-book.ts";
import type { FetchHolder } from "./fetch-holder.ts";
import { relieve } from "./hedge.ts";

/**
 * Looks at holders that owe something and send nothing. After a while others are asked for it; after a longer one the
 * holder is given up, but only while others answer: when all are silent it is more likely this machine's own network.
 */
export function lookAtSilence(book: FetchBook): void {
  for (const holder of [...book.holders.values()]) {
    if (!holder.stalled && holder.isQuietTooLong(book.nowMs)) {
      holder.stalled = true;
      book.counters.stalls++;
    }
    if (!holder.stalled) continue;
    if (holder.live.size === 0) {
      // All that it owed was taken over: it is tried again after a rest.
      holder.stalled = false;
      holder.refused(book.nowMs);
      continue;
    }
    relieve(book, holder);
    if (holder.quietMs(book.nowMs) < holder.silentMs) continue;
    if (someoneElseAnswers(book, holder)) book.drop(holder, "silent");
    else holder.silences++;
  }
}

/** Something came from a holder. When all were silent, the others are given their whole time again. */
export function signOfLife(book: FetchBook, holder: FetchHolder): void {
  holder.heard(book.nowMs);
  if (someoneElseAnswers(book, holder)) return;
  for (const other of book.holders.values()) if (other.stalled) other.heardAtMs = book.nowMs;
}

function someoneElseAnswers(book: FetchBook, holder: FetchHolder): boolean {
  for (const other of book.holders.values())
    if (other !== holder && !other.stalled && other.trusted && other.heldChunks > 0) return true;
  return false;
}
