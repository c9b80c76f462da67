/** The rows of a page's tables that begin with a name in code: `| \`maxTtlHops\` | 3 | reason |`. */
export function limitRows(page: string): Map<string, { value: string; reason: string }> {
  const rows = new Map<string, { value: string; reason: string }>();
  for (const [, name = "", value = "", reason = ""] of page.matchAll(/^\|\s*`(\w+)`\s*\|([^|]*)\|([^|]*)\|/gm))
    rows.set(name, { value: value.trim(), reason: reason.trim() });
  return rows;
}

/** A number as a page may write it: `65,536`, `` `65_536` ``, `1 024`. */
export const numberIn = (text: string): number => Number(text.replace(/[`,_\s]/g, ""));
