import { Bitmap } from "./bitmap.ts";
import type { Catalogue, Holding, NewVideoRow, VideoQuery, VideoRow } from "./catalogue.ts";
import { catalogueClosed } from "./catalogue-errors.ts";
import { applyHolding, heldOf, idRange, limitOf, ownBytes, ownChange, ownRow, plainPath } from "./catalogue-rows.ts";
import { byCodePoints, type Search, searchOf, sortKeyOf, wordsOf } from "./catalogue-words.ts";
import type { FilePath } from "./disk.ts";

/** One video: its row, and what is held of it. */
interface Entry {
  row: NewVideoRow;
  bitmap: Bitmap;
}

/** A catalogue that is gone with the process: for tests, and for what need not last. */
export class MemoryCatalogue implements Catalogue {
  /** By the hex digits of ids, in the order they came. */
  readonly #entries = new Map<string, Entry>();
  #isClosed = false;

  put(row: NewVideoRow, held: Uint8Array): Promise<void> {
    return this.#run(() => {
      this.#entries.set(keyOf(row.id), { row: ownRow(row), bitmap: new Bitmap(row.chunks, held) });
    });
  }

  hold(holding: Holding): Promise<void> {
    return this.#run(() => {
      const entry = this.#entries.get(keyOf(holding.id));
      if (entry === undefined) return;
      applyHolding(entry.bitmap, entry.row.chunks, holding);
      entry.row = { ...entry.row, ...ownChange(holding.change ?? {}) } as NewVideoRow;
    });
  }

  remove(id: Uint8Array): Promise<void> {
    return this.#run(() => {
      this.#entries.delete(keyOf(id));
    });
  }

  get(id: Uint8Array): Promise<VideoRow | undefined> {
    return this.#run(() => {
      const entry = this.#entries.get(keyOf(id));
      return entry && rowOf(entry);
    });
  }

  held(id: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#run(() => {
      const entry = this.#entries.get(keyOf(id));
      return entry && ownBytes(entry.bitmap.bytes);
    });
  }

  list({ words = "", kind = "video", limit }: VideoQuery = {}): Promise<VideoRow[]> {
    return this.#run(() => {
      const search = searchOf(words);
      const ranked = this.#rows((row) => row.kind === kind)
        .map((row) => ({ row, rank: search === undefined ? 1 : rankOf(search, row) }))
        .filter(({ rank }) => rank > 0)
        .sort((one, other) => other.rank - one.rank || byTitle(one.row, other.row));
      return first(
        limit,
        ranked.map(({ row }) => row),
      );
    });
  }

  byPrefix(hexDigits: string, limit: number): Promise<VideoRow[]> {
    return this.#run(() => {
      if (idRange(hexDigits) === undefined) return [];
      const rows = this.#rows((row) => keyOf(row.id).startsWith(hexDigits.toLowerCase()));
      return first(limit, rows.sort(byId));
    });
  }

  byTitle(title: string, limit: number): Promise<VideoRow[]> {
    return this.#run(() => {
      const rows = this.#rows((row) => row.title === title && row.kind === "video");
      return first(
        limit,
        rows.sort((one, other) => other.addedAtMs - one.addedAtMs || byId(one, other)),
      );
    });
  }

  bySource(path: FilePath): Promise<VideoRow | undefined> {
    return this.#run(() => {
      const rows = this.#rows(({ source }) => source !== undefined && samePath(source, path));
      return rows.reverse().sort((one, other) => other.addedAtMs - one.addedAtMs)[0];
    });
  }

  ids(): Promise<Uint8Array[]> {
    return this.#run(() => [...this.#entries.values()].map(({ row }) => ownBytes(row.id)));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  #rows(keep: (row: VideoRow) => boolean): VideoRow[] {
    return [...this.#entries.values()].map(rowOf).filter(keep);
  }

  /** At once, so that what is asked later finds it done; with errors as a promise has them. */
  #run<Value>(action: () => Value): Promise<Value> {
    if (this.#isClosed) return Promise.reject(catalogueClosed());
    return new Promise((resolve) => resolve(action()));
  }
}

const keyOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");

const rowOf = ({ row, bitmap }: Entry): VideoRow => ({ ...ownRow(row), ...heldOf(row, bitmap) });

const byId = (one: VideoRow, other: VideoRow): number => Buffer.compare(one.id, other.id);

const byTitle = (one: VideoRow, other: VideoRow): number =>
  byCodePoints(sortKeyOf(one.title), sortKeyOf(other.title)) ||
  byCodePoints(one.title, other.title) ||
  byId(one, other);

const first = (limit: number | undefined, rows: VideoRow[]): VideoRow[] => {
  const most = limitOf(limit);
  return most < 0 ? rows : rows.slice(0, most);
};

const samePath = (one: FilePath, other: FilePath): boolean => {
  const [plainOne, plainOther] = [plainPath(one), plainPath(other)];
  if (typeof plainOne === "string" || typeof plainOther === "string") return plainOne === plainOther;
  return Buffer.compare(plainOne, plainOther) === 0;
};

/** How well a row matches: 0 not at all; a word of the title counts four times one of the file name. */
function rankOf({ words, texts }: Search, { title, fileName }: VideoRow): number {
  if (texts.length > 0) return texts.every((text) => title.includes(text) || fileName.includes(text)) ? 1 : 0;
  const beginsIn = (word: string, text: string): boolean => wordsOf(text).some((known) => known.startsWith(word));
  const ranks = words.flatMap(wordsOf).map((word) => (beginsIn(word, title) ? 4 : beginsIn(word, fileName) ? 1 : 0));
  return ranks.includes(0) ? 0 : ranks.reduce<number>((sum, rank) => sum + rank, 0);
}
