import { colourOf, num, picture, stroke, text, ticksTo } from "./svg.ts";
import type { Spread } from "./values.ts";

/** One bar: a median, and a whisker from the least to the most. */
export interface Bar {
  readonly label: string;
  readonly spread: Spread;
  /** A limit, not a rival: drawn hollow. */
  readonly isLimit: boolean;
  /** Its colour among all of the plot's. */
  readonly colour: number;
}

/** Bars that belong together, under a title of their own. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** What bars show. */
export interface BarPlot {
  readonly title: string;
  /** What is along the axis, with its unit, and which end is the better one. */
  readonly axis: string;
  readonly digits: number;
  readonly groups: readonly BarGroup[];
}

const WIDTH = 720;
const LEFT = 150;
const RIGHT = 76;
const BAR = 15;
const ROW = 21;
const HEAD = 40;
const GROUP_HEAD = 22;
const FOOT = 44;

/** Bars lying on one axis from 0 on, their medians written beside them. */
export function barPlot({ title, axis, digits, groups }: BarPlot): string {
  const shown = groups.filter(({ bars }) => bars.length > 0);
  const ticks = ticksTo(Math.max(...shown.flatMap(({ bars }) => bars.map(({ spread }) => spread.most))));
  const most = ticks.at(-1) as number;
  const at = (value: number): number => LEFT + (value / most) * (WIDTH - LEFT - RIGHT);
  const parts: string[] = [];
  let y = HEAD;
  for (const group of shown) {
    if (group.title !== "") {
      parts.push(text(LEFT + 6, y + 14, group.title, "start", "m"));
      y += GROUP_HEAD;
    }
    for (const bar of group.bars) {
      parts.push(...rowOf(bar, y, at, digits));
      y += ROW;
    }
  }
  const grid = ticks.flatMap((value) => [
    stroke(at(value), HEAD - 4, at(value), y + 4, value === 0 ? "a" : "g"),
    text(at(value), y + 18, String(value), "middle", "m"),
  ]);
  const words = [text(12, 22, title, "start", "t"), text((LEFT + WIDTH - RIGHT) / 2, y + 36, axis, "middle", "m")];
  return picture(WIDTH, y + FOOT, title, [...words, ...grid, ...parts]);
}

function rowOf(
  { label, spread, isLimit, colour }: Bar,
  y: number,
  at: (value: number) => number,
  digits: number,
): string[] {
  const { median, least, most, count } = spread;
  const middle = y + BAR / 2;
  const fill = isLimit ? `fill="none" stroke="${colourOf(colour)}"` : `fill="${colourOf(colour)}"`;
  const whisker =
    count > 1
      ? [
          stroke(at(least), middle, at(most), middle, "w"),
          ...[least, most].map((end) => stroke(at(end), middle - 4, at(end), middle + 4, "w")),
        ]
      : [];
  return [
    text(LEFT - 8, middle + 4, label, "end"),
    `<rect x="${num(at(0))}" y="${num(y)}" width="${num(Math.max(1, at(median) - at(0)))}" height="${BAR}" ${fill}/>`,
    ...whisker,
    text(at(count > 1 ? most : median) + 7, middle + 4, median.toFixed(digits)),
  ];
}
