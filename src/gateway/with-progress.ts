import { PROGRESS_MS, within } from "./within.ts";

/** The latest of values that come faster than anybody wants them. */
export class Latest<Value> {
  #value: Value | undefined;

  set(value: Value): void {
    this.#value = value;
  }

  /** The value, if there is one that was not taken yet. */
  take(): Value | undefined {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}

/** An item, or how far the next one has come. */
export type ItemOrProgress<Item, Progress> = { readonly item: Item } | { readonly progress: Progress };

/**
 * Items, and between them the latest progress, five times a second. Whoever takes them slowly gets less progress, and
 * holds back the items as if nothing stood between. What is left of the progress comes before the next item.
 */
export async function* withProgress<Item, Progress>(
  items: AsyncIterable<Item>,
  latest: Latest<Progress>,
): AsyncGenerator<ItemOrProgress<Item, Progress>> {
  const iterator = items[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<Item>> | undefined;
  try {
    for (;;) {
      next ??= iterator.next();
      const result = await within(next, PROGRESS_MS);
      const progress = latest.take();
      if (progress !== undefined) yield { progress };
      if (result === undefined) continue;
      next = undefined;
      if (result.done === true) return;
      yield { item: result.value };
    }
  } finally {
    // Whoever looks away waits until what is under way has ended.
    await iterator.return?.();
  }
}

/** One promise's value as items. */
export async function* once<Value>(value: Promise<Value>): AsyncGenerator<Value> {
  yield await value;
}
