import { useEffect, useState } from "preact/hooks";

/** A value that views follow. */
export class Box<Value> {
  #value: Value;
  readonly #followers = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const follow of [...this.#followers]) follow();
  }

  /** @returns how to end it */
  follow(onChange: () => void): () => void {
    this.#followers.add(onChange);
    return () => this.#followers.delete(onChange);
  }
}

/** The value of a box, now and whenever it changes. */
export function useBox<Value>(box: Box<Value>): Value {
  const [, redraw] = useState(0);
  const { value } = box;
  useEffect(() => {
    // It may have changed since it was drawn.
    if (!Object.is(box.value, value)) redraw((count) => count + 1);
    return box.follow(() => redraw((count) => count + 1));
  }, [box]);
  return value;
}
