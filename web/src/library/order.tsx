import type { JSX } from "preact";
import { Box, useBox } from "../base/box.ts";
import { memory } from "../base/memory.ts";
import type { Texts } from "../text/en.ts";
import { useTexts } from "../text/texts.ts";
import type { Video } from "./videos.ts";

/** In what order the library is shown. */
type Order = keyof Texts["orders"];

const partOf = ({ heldBytes, bytes }: Video): number => (bytes === 0 ? 1 : heldBytes / bytes);

/** Which of two comes first; what is as good keeps its place by title. */
const FIRST: Readonly<Record<Order, (one: Video, other: Video) => number>> = {
  title: () => 0,
  newest: (one, other) => other.addedAtMs - one.addedAtMs,
  largest: (one, other) => other.bytes - one.bytes,
  longest: (one, other) => other.durationMs - one.durationMs,
  incomplete: (one, other) => partOf(one) - partOf(other),
};

const isOrder = (name: string | undefined): name is Order => name !== undefined && Object.hasOwn(FIRST, name);

const chosen = memory.get("order");
/** The order that was chosen, in this browser. */
export const order = new Box<Order>(isOrder(chosen) ? chosen : "title");

/** Videos, which are sorted by title, in another order. */
export const inOrder = (videos: readonly Video[], how: Order): readonly Video[] =>
  how === "title" ? videos : videos.toSorted(FIRST[how]);

function choose(name: string): void {
  if (!isOrder(name)) return;
  memory.set("order", name);
  order.set(name);
}

/** A menu of orders. */
export function OrderPick(): JSX.Element {
  const t = useTexts();
  const how = useBox(order);
  return (
    <select class="field" aria-label={t.order} value={how} onChange={(event) => choose(event.currentTarget.value)}>
      {Object.entries(t.orders).map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}
