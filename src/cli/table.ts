/** Marks and format characters, which take no place of their own. */
const NARROWEST = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Letters of two columns: Hangul, Han and kana, full-width forms, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

const widthOf = (character: string): number => {
  if (character >= " " && character <= "~") return 1;
  return NARROWEST.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
};

/** Columns that a text takes on a terminal, as well as can be told without knowing its font. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** A text cut to so many columns, with a mark when it was longer. A letter keeps its accents. */
export function cutToColumns(text: string, most: number): string {
  if (columnsOf(text) <= most) return text;
  let left = most - 1;
  let cut = "";
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    cut += character;
  }
  return most < 1 ? "" : `${cut.trimEnd()}…`;
}

/** How a column is shown. */
export interface Column {
  readonly align: "left" | "right";
  /** Whether it gives way when the terminal is too narrow: one column does. */
  readonly isElastic?: boolean;
}

const GAP = "  ";
/** A narrower title says nothing: the line is wrapped instead. */
const MIN_ELASTIC_COLUMNS = 12;

/** Lines of aligned cells, at most so many columns wide if that can be. Columns that are empty all the way are left out. */
export function tableLines(rows: readonly (readonly string[])[], columns: readonly Column[], width: number): string[] {
  const natural = columns.map((_, at) => rows.reduce((most, row) => Math.max(most, columnsOf(row[at] ?? "")), 0));
  const shown = columns.map((_, at) => at).filter((at) => (natural[at] as number) > 0);
  const needed = shown.reduce((sum, at) => sum + (natural[at] as number) + GAP.length, -GAP.length);
  const widths = natural.map((most, at) =>
    columns[at]?.isElastic === true
      ? Math.max(Math.min(most, MIN_ELASTIC_COLUMNS), most - Math.max(0, needed - width))
      : most,
  );
  const cell = (row: readonly string[], at: number): string => {
    const text = cutToColumns(row[at] ?? "", widths[at] as number);
    const space = " ".repeat((widths[at] as number) - columnsOf(text));
    return columns[at]?.align === "right" ? space + text : text + space;
  };
  return rows.map((row) =>
    shown
      .map((at) => cell(row, at))
      .join(GAP)
      .trimEnd(),
  );
}
