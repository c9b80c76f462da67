import { describe, expect, test } from "vitest";
import { AddTally } from "../../../src/cli/add-tally.ts";
import { reportText, summaryOf, verdictOf } from "../../../src/cli/verify-videos.ts";
import { CardumeError } from "../../../src/core/errors.ts";
import type { AddReport } from "../../../src/store/add-paths.ts";
import type { VerifyReport } from "../../../src/store/library.ts";

const stored = (path: string, outcome: "added" | "already" = "added"): AddReport => ({
  outcome,
  path,
  id: new Uint8Array(32),
  bytes: 1000,
  isNew: outcome === "added",
  subtitles: [],
  failed: [],
});
const skipped = (path: string | Buffer): AddReport => ({ outcome: "skipped", path, reason: "a link" });
const failed = (code: string, exitCode: number): AddReport => ({
  outcome: "failed",
  path: "bad",
  error: new CardumeError(code, "bad", { exitCode }),
});

describe("what was added comes to", () => {
  const LATIN = Buffer.from("caf\xe9", "latin1");
  test.for<readonly [string, readonly AddReport[], number, string]>([
    ["nothing", [], 0, "0 added"],
    ["all", [stored("a"), stored("b", "already")], 0, "1 added, 1 there already: 2.0 kB"],
    ["all but what is no file", [stored("a"), skipped("dir/link")], 0, "1 added, 1 skipped: 1.0 kB"],
    ["nothing of what was named", [skipped("named")], 2, "0 added, 1 failed"],
    ["nothing of what was named in bytes", [skipped(LATIN)], 2, "0 added, 1 failed"],
    ["some", [stored("a"), skipped("named")], 1, "1 added, 1 failed: 1.0 kB"],
    ["a bad file", [failed("not-storable", 2)], 2, "0 added, 1 failed"],
    ["a file that went away", [failed("file-missing", 5)], 2, "0 added, 1 failed"],
    ["a file that may not be read", [failed("disk-refused", 5)], 5, "0 added, 1 failed"],
    ["some, and one that may not be read", [stored("a"), failed("disk-refused", 5)], 1, "1 added, 1 failed: 1.0 kB"],
  ])("%s", ([, reports, exitCode, text]) => {
    const tally = new AddTally(["named", LATIN]);
    for (const report of reports) tally.count(report);
    expect([tally.exitCode, tally.text()]).toEqual([exitCode, text]);
  });
});

type Found = Partial<Omit<VerifyReport, "video">> & Partial<VerifyReport["video"]>;

const report = ({ good = 0, recovered = 0, lost = [], absent = 0, ...row }: Found): VerifyReport => ({
  good,
  recovered,
  lost,
  absent,
  stamp: undefined,
  video: {
    id: new Uint8Array(32),
    kind: "video",
    title: "film",
    fileName: "film.mp4",
    mediaType: "",
    durationMs: 0,
    bytes: 5_000_000,
    chunkBytes: 1_048_576,
    chunks: 5,
    held: good,
    heldBytes: 0,
    source: undefined,
    stamp: undefined,
    addedAtMs: 0,
    verifiedAtMs: 0,
    state: "complete",
    ...row,
  },
});

describe("what was verified is", () => {
  const source = "/v/film\u202e.mp4";
  test.for<readonly [Found, string, string]>([
    [{ good: 5 }, "good", "5.0 MB"],
    [{ good: 5, recovered: 1 }, "good", "5.0 MB, 1 chunk found again"],
    [{ good: 2, absent: 3, state: "partial" }, "partial", "2 of 5 chunks held, and good"],
    [{ good: 2, lost: [0, 2, 3, 4], state: "partial" }, "damaged", "4 of 5 chunks damaged: 0,2-4"],
    [{ good: 4, absent: 1, source, state: "damaged" }, "damaged", "1 of 5 chunks damaged, as known before"],
    [{ state: "missing", source }, "missing", "/v/film\ufffd.mp4 is not there"],
    [{ good: 5, state: "changed", source }, "changed", "/v/film\ufffd.mp4 is not as it was when it was added"],
  ])("%o", ([found, verdict, text]) => {
    expect(verdictOf(report(found))).toBe(verdict);
    expect(reportText(report(found))).toBe(`${verdict.padEnd(7)}  aaaaaaaa  film  ${text}`);
  });

  test("summed up, with what can be done", () => {
    expect(summaryOf(["good", "good", "partial"])).toBe("2 good, 1 partial");
    expect(summaryOf(["changed"])).toBe("0 good, 1 changed");
    expect(summaryOf(["missing", "damaged"])).toMatch(/^0 good, 1 damaged, 1 missing: add a good copy/);
  });
});
