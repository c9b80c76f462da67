import { colourOf, num, picture, stroke, text } from "./svg.ts";

/** One line: points with x and y over 0. */
export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What lines show, on two logarithmic axes. */
export interface LinePlot {
  readonly title: string;
  readonly xAxis: string;
  readonly yAxis: string;
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [720, 360];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 130, 58, 52];

/** Lines with points over powers of ten. */
export function linePlot({ title, xAxis, yAxis, lines }: LinePlot): string {
  const all = lines.flatMap(({ points }) => points);
  const xScale = scaleOf(
    all.map(([x]) => x),
    LEFT,
    WIDTH - RIGHT,
  );
  const yScale = scaleOf(
    all.map(([, y]) => y),
    HEIGHT - BOTTOM,
    TOP,
  );
  const grid = [
    ...xScale.powers.flatMap((value) => [
      stroke(xScale.at(value), TOP, xScale.at(value), HEIGHT - BOTTOM, "g"),
      text(xScale.at(value), HEIGHT - BOTTOM + 16, value.toLocaleString("en-US"), "middle", "m"),
    ]),
    ...yScale.powers.flatMap((value) => [
      stroke(LEFT, yScale.at(value), WIDTH - RIGHT, yScale.at(value), "g"),
      text(LEFT - 6, yScale.at(value) + 4, String(value), "end", "m"),
    ]),
  ];
  const drawn = lines.flatMap(({ label, points }, index) => {
    const places = points.map(([x, y]) => [xScale.at(x), yScale.at(y)] as const);
    const [endX, endY] = places.at(-1) ?? [LEFT, TOP];
    const colour = colourOf(index);
    return [
      `<path fill="none" stroke="${colour}" stroke-width="2" d="M${places.map(([x, y]) => `${num(x)} ${num(y)}`).join("L")}"/>`,
      ...places.map(([x, y]) => `<circle cx="${num(x)}" cy="${num(y)}" r="3" fill="${colour}"/>`),
      text(endX + 8, endY + 4, label),
    ];
  });
  const words = [
    text(12, 24, title, "start", "t"),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, xAxis, "middle", "m"),
    text(12, 40, yAxis, "start", "m"),
  ];
  return picture(WIDTH, HEIGHT, title, [...words, ...grid, ...drawn]);
}

interface Scale {
  readonly powers: readonly number[];
  at(value: number): number;
}

/** From the power of ten below the least to the one above the most. */
function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const least = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  return {
    powers: Array.from({ length: most - least + 1 }, (_, index) => Number((10 ** (least + index)).toPrecision(1))),
    at: (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
  };
}
