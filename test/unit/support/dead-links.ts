import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, type SourceFile } from "./source-files.ts";

/** What a page links to: `[text](target)`, `![text](target "title")`, `[text]: target` and `src="target"`; not what is in code. */
export function linksOf(text: string): string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, "").replace(/`[^`\n]*`/g, "code");
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm,
    /\b(?:href|src)="([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) => [...prose.matchAll(pattern)].map(([, target = ""]) => target));
}

/** The relative links of a page that lead to nothing, each in words. */
export function deadLinks({ path, text }: SourceFile): string[] {
  return linksOf(text)
    .filter((link) => !/^(?:[a-z][a-z0-9+.-]*:|#|\/\/)/i.test(link))
    .filter((link) => {
      const [file = ""] = link.split(/[?#]/);
      return !existsSync(join(ROOT, dirname(path), decodeURIComponent(file)));
    })
    .map((link) => `${path} links to ${link}, which is not there`);
}
