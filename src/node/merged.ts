/** Takes from all of these at once, in the order in which things come. Ends them all when it is left. */
export async function* merged<Item>(sources: readonly AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  const next = new Map(sources.map((source) => [source, step(source)]));
  try {
    while (next.size > 0) {
      const { source, result } = await Promise.race(next.values());
      if (result.done === true) next.delete(source);
      else {
        next.set(source, step(source));
        yield result.value;
      }
    }
  } finally {
    // One that waits for the network ends when its own signal says so: nobody waits for it here.
    for (const source of next.keys()) source.return(undefined).catch(() => {});
    for (const pending of next.values()) pending.catch(() => {});
  }
}

const step = async <Item>(
  source: AsyncGenerator<Item>,
): Promise<{ source: AsyncGenerator<Item>; result: IteratorResult<Item> }> => ({ source, result: await source.next() });
