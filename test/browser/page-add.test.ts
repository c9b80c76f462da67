import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { bytesOf } from "../integration/support/running-node.ts";
import { test } from "./support/browser.ts";
import { film } from "./support/page-films.ts";
import { openPage, pageStage, shoot } from "./support/page-stage.ts";

const DEMO = new URL("../../demo/shoal.mp4", import.meta.url).pathname;
const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const PATIENCE = { timeout: 30_000 };

interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe holds against the page as it is, of serious and critical faults. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    readonly violations: readonly Fault[];
  };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

describe("adding a video", () => {
  test("from this device: it is sent in pieces, added, and taken up where it broke off", async ({ browser }) => {
    const path = await film("slow-river.mp4");
    const { web, library, bugs } = await pageStage();
    const { page, wrong } = await openPage(browser, web);
    await page.getByRole("heading", { name: "Still water" }).waitFor();
    await shoot(page, "empty-light");
    let pieces = 0;
    const offsets: string[] = [];
    await page.route("**/api/v1/uploads/*?from=*", async (route) => {
      offsets.push(new URL(route.request().url()).searchParams.get("from") ?? "");
      if (++pieces === 3) await route.abort();
      else await route.continue();
    });
    await page.getByRole("button", { name: "Add a video" }).click();
    await shoot(page, "add-light");
    await page.locator("input[type=file]").setInputFiles(path);
    await page.getByText("Added", { exact: true }).waitFor(PATIENCE);
    expect(pieces).toBeGreaterThan(3);
    expect(offsets[3], "the piece that was lost is sent again").toBe(offsets[2]);
    const [video] = await library.list();
    expect([video?.fileName, video?.state]).toEqual(["slow-river.mp4", "complete"]);
    expect(Buffer.compare(await bytesOf(library, video?.id as Uint8Array), readFileSync(path))).toBe(0);
    await page.locator(".card").waitFor();
    expect(wrong.filter((text) => !text.includes("ERR_FAILED"))).toEqual([]);
    expect(bugs).toEqual([]);
  });

  test("from a path of the node's machine, and from a link that is pasted", async ({ browser }) => {
    const { web, holders, library } = await pageStage({ holders: ["Ana"], theirs: [await film("slow-river.mp4")] });
    const { page } = await openPage(browser, web);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByPlaceholder("Path of a file or a folder").fill(DEMO);
    await page.keyboard.press("Enter");
    await page.getByText("Added", { exact: true }).waitFor(PATIENCE);
    const [theirs] = (await holders[0]?.library.list()) ?? [];
    const link = (await holders[0]?.library.link(theirs?.id ?? new Uint8Array())) ?? "";
    await page.getByRole("searchbox").fill(link);
    await page.getByRole("heading", { name: /A link to “slow-river/ }).waitFor();
    await shoot(page, "link-light");
    await page.getByRole("button", { name: "Fetch" }).click();
    await expect.poll(() => page.getByText("Added", { exact: true }).count(), PATIENCE).toBe(2);
    expect((await library.list()).map(({ title, state }) => `${title} ${state}`)).toEqual([
      "shoal complete",
      "slow-river complete",
    ]);
  });
});

describe("a fetch in the background", () => {
  test("goes on when its page is closed, is seen and stopped on another, and goes on from there", async ({
    browser,
  }) => {
    const { web, holders, library } = await pageStage({
      ...{ holders: ["Ana", "Bruno"], theirs: [await film("slow-river.mp4")], bytesPerSecond: 400_000 },
    });
    const [theirs] = (await holders[0]?.library.list()) ?? [];
    const link = (await holders[0]?.library.link(theirs?.id ?? new Uint8Array())) ?? "";
    const first = await openPage(browser, web);
    await first.page.getByRole("searchbox").fill(link);
    await first.page.getByRole("button", { name: "Fetch" }).click();
    await first.page.getByText(/Fetching, \d+% from \d peers?/).waitFor(PATIENCE);
    await first.page.context().close();
    const heldNow = async (): Promise<number> => (await library.list())[0]?.held ?? 0;
    const before = await heldNow();
    await expect.poll(heldNow, PATIENCE).toBeGreaterThan(before + 1);
    const { page, wrong } = await openPage(browser, web, { colorScheme: "dark" });
    await page.getByText(/Fetching, \d+% from \d peers?/).waitFor(PATIENCE);
    await page.getByText(/coming, \d+%/).waitFor(PATIENCE);
    await shoot(page, "background-fetch-dark");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor(PATIENCE);
    const stopped = await heldNow();
    expect(stopped).toBeLessThan(theirs?.chunks ?? 0);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("Added", { exact: true }).waitFor(PATIENCE);
    expect((await library.list())[0]?.state).toBe("complete");
    await page.getByRole("button", { name: "Take from the list" }).click();
    await expect.poll(() => page.locator(".task").count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  test("of what nobody has waits for its next try, and says when that is", async ({ browser }) => {
    const { web, holders } = await pageStage({ holders: ["Ana"], theirs: [await film("slow-river.mp4")] });
    const [theirs] = (await holders[0]?.library.list()) ?? [];
    const link = (await holders[0]?.library.link(theirs?.id ?? new Uint8Array())) ?? "";
    await holders[0]?.stop();
    const { page } = await openPage(browser, web);
    await page.getByRole("searchbox").fill(link);
    await page.getByRole("button", { name: "Fetch" }).click();
    await page.getByText(/Nobody in reach has it now\. Tried again at \d/).waitFor(PATIENCE);
    await page.getByRole("button", { name: "Try now" }).waitFor();
    await shoot(page, "background-later-light");
  });
});

test("axe finds no serious or critical fault in any view, light or dark", async ({ browser }) => {
  const { web, library } = await pageStage({ ours: [DEMO, await film("two-tongues.mkv")] });
  const { page } = await openPage(browser, web);
  const [, tongues] = await library.list();
  const faults: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate("location.hash = '#/'");
    await page.locator(".card").first().waitFor();
    faults.push(...(await faultsOf(page)));
    await page.getByRole("button", { name: "Add" }).click();
    faults.push(...(await faultsOf(page)));
    await page.keyboard.press("Escape");
    await page.evaluate(`location.hash = "#/v/${toBase32(tongues?.id ?? new Uint8Array())}"`);
    await page.getByRole("combobox", { name: "Audio" }).waitFor(PATIENCE);
    faults.push(...(await faultsOf(page)));
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByRole("img", { name: "QR code of the link" }).waitFor();
    faults.push(...(await faultsOf(page)));
    await shoot(page, `share-${colorScheme}`);
    await page.keyboard.press("Escape");
  }
  expect([...new Set(faults)]).toEqual([]);
});
