import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { deadLinks, linksOf } from "../support/dead-links.ts";
import { ROOT, readText } from "../support/source-files.ts";

const pages = ["README.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md", { cwd: ROOT })].map((path) => ({
  path: path.replaceAll("\\", "/"),
  text: readText(path),
}));

test("every relative link of the pages leads to a file that is there", () => {
  expect(pages.length).toBeGreaterThan(5);
  expect(pages.flatMap(({ text }) => linksOf(text)).length).toBeGreaterThan(5);
  expect(pages.flatMap(deadLinks)).toEqual([]);
});

test.for([
  "see [the plan](PLAN-THAT-IS-NOT.md)",
  'see ![a picture](none.png "a title")',
  "see [a part of it](../docs/none.md#part)",
  "see [it][1]\n\n[1]: none.md",
  '<img src="none.svg">',
])("a dead link is found: %j", (text) => {
  expect(deadLinks({ path: "docs/page.md", text })).toHaveLength(1);
});

test.for([
  "[this](LIMITS.md#top), [that](../README.md) and [a folder](adr)",
  "[far](https://example.org/none.md), [mail](mailto:a@example.org), [below](#below)",
  "`[code](none.md)`\n\n```\n[code](none.md)\n```\n",
])("a link that is good, or not ours, or code is left alone: %j", (text) => {
  expect(deadLinks({ path: "docs/page.md", text })).toEqual([]);
});
