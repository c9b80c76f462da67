/** Colours that are told apart in light and dark, and by those who see few colours: after Okabe and Ito. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a8a", "#b5a300"];

const STYLE = [
  "text{font:12px system-ui,sans-serif;fill:#222}",
  ".b{fill:#fff}.a{stroke:#222}.g{stroke:#ddd}.t{font-size:14px;font-weight:600}.m{fill:#555;font-size:11px}.w{stroke:#222;stroke-width:1.5}",
  "@media(prefers-color-scheme:dark){text{fill:#eee}.b{fill:#16181c}.a{stroke:#eee}.g{stroke:#383c42}.m{fill:#aaa}.w{stroke:#eee}}",
].join("");

/** The colour of the n-th of some; ours is the first. */
export const colourOf = (index: number): string => COLOURS[index % COLOURS.length] as string;

/** Text as it may stand in SVG. */
export const escapeXml = (raw: string): string =>
  raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A text element; `anchor` says which of its ends is at x. */
export const text = (x: number, y: number, what: string, anchor = "start", kind = ""): string =>
  `<text x="${num(x)}" y="${num(y)}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}${kind === "" ? "" : ` class="${kind}"`}>${escapeXml(what)}</text>`;

/** A line element of one of the kinds of the style: `a` axis, `g` grid, `w` whisker. */
export const stroke = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  `<path class="${kind}" d="M${num(x1)} ${num(y1)}L${num(x2)} ${num(y2)}"/>`;

/** A number with one digit behind the point at most: half the bytes, and nobody sees the rest. */
export const num = (value: number): string => String(Math.round(value * 10) / 10);

/** A whole picture with a ground of its own, so that it can be read on any page. */
export const picture = (width: number, height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${num(width)} ${num(height)}" width="${num(width)}" height="${num(height)}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="b" width="100%" height="100%" rx="6"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");

/** Even values of an axis from 0 to some most: 1, 2 or 5 times a power of ten apart, four to eight of them. */
export function ticksTo(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = ([1, 2, 5, 10].find((one) => most / (one * power) <= 8) ?? 10) * power;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}
