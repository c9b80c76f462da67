import { expect, test } from "vitest";
import { barPlot } from "../../../bench/all/bar-plot.ts";
import { linePlot } from "../../../bench/all/line-plot.ts";
import { escapeXml, ticksTo } from "../../../bench/all/svg.ts";

const spread = (median: number, least = median, most = median) => ({ median, least, most, count: 3 });
const bar = (label: string, median: number, isLimit = false) => ({ label, spread: spread(median), isLimit, colour: 0 });

/** The widths of the bars, in the order in which they are drawn. */
const widths = (svg: string): number[] =>
  [...svg.matchAll(/<rect x="[^"]*" y="[^"]*" width="([\d.]+)"/g)].map((one) => Number(one[1]));

test("bars are as long as what they show, from one zero on", () => {
  const svg = barPlot({
    title: "t",
    axis: "MB/s",
    digits: 0,
    groups: [{ title: "", bars: [bar("a", 100), bar("b", 50)] }],
  });
  const [a = 0, b = 0] = widths(svg);
  expect(a).toBeGreaterThan(100);
  expect(a / b).toBeCloseTo(2, 1);
});

test("a whisker goes from the least to the most, and the axis has room for it", () => {
  const wide = { ...bar("a", 100), spread: spread(100, 50, 1000) };
  const svg = barPlot({ title: "t", axis: "ms", digits: 0, groups: [{ title: "g", bars: [wide] }] });
  const [from = 0, to = 0] = (/class="w" d="M([\d.]+) [\d.]+L([\d.]+)/.exec(svg) ?? []).slice(1).map(Number);
  expect(to - from).toBeGreaterThan((widths(svg)[0] as number) * 8);
  expect(to).toBeLessThan(720);
});

test("a plot can be read in light and in dark, says what its axis is, and is small", () => {
  const bars = Array.from({ length: 8 }, (_, index) => bar(`side ${index}`, index + 1, index > 5));
  const svg = barPlot({ title: "speed", axis: "MB/s; more is better", digits: 1, groups: [{ title: "", bars }] });
  expect(svg).toContain("prefers-color-scheme:dark");
  expect(svg).toContain("MB/s; more is better");
  expect(svg).toContain('aria-label="speed"');
  expect(svg.length).toBeLessThan(6000);
});

test("a name with signs of XML is text", () => {
  expect(escapeXml('<a & "b">')).toBe("&lt;a &amp; &quot;b&quot;&gt;");
  const svg = barPlot({ title: "<t>", axis: "", digits: 0, groups: [{ title: "", bars: [bar("a&b", 1)] }] });
  expect(svg).toContain("a&amp;b");
  expect(svg).not.toContain("<t>");
});

test.for([
  [0, [0, 1]],
  [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [7, [0, 1, 2, 3, 4, 5, 6, 7]],
  [450, [0, 100, 200, 300, 400, 500]],
] as const)("an axis to %d has even values that are easily read", ([most, ticks]) => {
  expect(ticksTo(most)).toEqual(ticks);
});

test("lines lie on logarithmic axes: ten times as much is as far everywhere", () => {
  const points = [
    [10, 1],
    [100, 10],
    [1000, 100],
  ] as const;
  const svg = linePlot({ title: "t", xAxis: "peers", yAxis: "Queries", lines: [{ label: "ours", points }] });
  const places = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const [[x1, y1], [x2, y2], [x3, y3]] = places as [[number, number], [number, number], [number, number]];
  expect(x2 - x1).toBeCloseTo(x3 - x2, 0);
  expect(y1 - y2).toBeCloseTo(y2 - y3, 0);
  expect(y1).toBeGreaterThan(y3);
});
