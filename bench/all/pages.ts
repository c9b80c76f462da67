import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Book, type Entry, readBook, withEntries, writeBook } from "./book.ts";
import { lossesOf } from "./losses.ts";
import { plotsOf } from "./plots.ts";
import { tableMarkdown, timesText } from "./table.ts";
import { TASKS } from "./works.ts";

/** The book's file in its folder. */
export const BOOK_FILE = "latest.json";

/** Puts entries into the book of a folder, and makes its table and plots anew from all that is in it. */
export function keep(folder: string, part: "entries" | "short", entries: Readonly<Record<string, Entry>>): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, BOOK_FILE);
  const book = withEntries(readBook(path), part, entries);
  writeBook(path, book);
  const plots = plotsOf(book.entries);
  for (const [name, svg] of plots) writeFileSync(join(folder, `${name}.svg`), svg);
  writeFileSync(join(folder, "table.md"), tablePage(book, [...plots.keys()]));
}

const HEAD = `# Side by side

Made by \`npm run bench:all\`, never by hand; [latest.json](latest.json) has every round.
[BENCHMARKS.md](../BENCHMARKS.md) says how it is measured, and why we lose where we do. A cell is the median (least–most)
of all rounds, and how far ahead Cardume is of it, round by round: 2.00× is twice as fast, or half as much used; below
1 Cardume is behind. Each table has the date, commit and machine that it was measured with.
`;

/** All tables of a book, its plots, and the list of losses. */
export function tablePage({ entries }: Book, plots: readonly string[]): string {
  const known = TASKS.flatMap((task) => {
    const entry = entries[task.name];
    return entry === undefined ? [] : [{ task, entry }];
  });
  const losses = known
    .flatMap(({ task, entry }) => lossesOf(task, entry))
    .map(({ task, side, metric, ours, theirs, ratio }) => {
      const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(ours, theirs, 1e-3))));
      return `| ${task.work}. ${task.title} | ${metric} | ${side} | ${theirs.toFixed(digits)} | ${ours.toFixed(digits)} | ${timesText(ratio)} |`;
    });
  return [
    HEAD,
    ...plots.map((name) => `![${name}](${name}.svg)`),
    "",
    ...known.map(({ task, entry }) => `${tableMarkdown(task, entry)}\n`),
    "## Where others are ahead",
    "",
    ...(losses.length === 0
      ? ["Nowhere in what was measured."]
      : ["| work | figure | side | theirs | Cardume's | |", "|---|---|---|--:|--:|--:|", ...losses]),
    "",
  ].join("\n");
}
