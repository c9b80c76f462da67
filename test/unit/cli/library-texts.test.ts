import { describe, expect, test } from "vitest";
import { ByteProgress } from "../../../src/cli/byte-progress.ts";
import { type ListedVideo, videoLines } from "../../../src/cli/list-videos.ts";
import { jsonLine } from "../../../src/cli/output.ts";
import { rawPaths } from "../../../src/cli/raw-arguments.ts";
import { pathJson } from "../../../src/cli/video-json.ts";
import { shortIds } from "../../../src/cli/video-text.ts";

describe("the beginnings of ids", () => {
  const id = (...bytes: number[]): Uint8Array => Uint8Array.from({ length: 32 }, (_, at) => bytes[at] ?? 0);

  test("have 8 characters when that is enough", () => {
    expect(shortIds([id(1), id(2), id()])).toEqual(["aeaaaaaa", "aiaaaaaa", "aaaaaaaa"]);
  });

  test("are longer when they have to be, all of them", () => {
    expect(shortIds([id(1, 1, 1, 1, 1, 1), id(2), id(1, 1, 1, 1, 1, 2)])).toEqual([
      "aeaqcaibae",
      "aiaaaaaaaa",
      "aeaqcaibai",
    ]);
  });

  test("of the same video twice are the same", () => {
    expect(shortIds([id(1), id(1)])).toEqual(["aeaaaaaa", "aeaaaaaa"]);
  });
});

describe("a list of videos", () => {
  const video = (title: string, more: Partial<ListedVideo> = {}): ListedVideo => ({
    id: new Uint8Array(32),
    title,
    bytes: 1000,
    heldBytes: 1000,
    durationMs: 0,
    state: "complete",
    ...more,
  });

  test("is between tabs where there is no terminal, with nothing in it that a terminal would obey", () => {
    const videos = [video("a\tb\u001b[2J\u202e"), video("", { state: "partial", heldBytes: 379, durationMs: 61_000 })];
    expect(videoLines(videos, undefined)).toEqual([
      "aaaaaaaa\ta b [2J\t1.0 kB\t\t",
      "aaaaaaaa\tuntitled\t1.0 kB\t1:01\t37 %",
    ]);
  });

  test("is a table on one, with a sum", () => {
    const videos = [video("one", { state: "missing" }), video("another")];
    expect(videoLines(videos, 80)).toEqual([
      "aaaaaaaa  one      1.0 kB  missing",
      "aaaaaaaa  another  1.0 kB",
      "2 videos, 2.0 kB",
    ]);
  });
});

describe("JSON", () => {
  test("has nothing in it that a terminal would obey, and is the same to a program", () => {
    const value = { title: "\u001b[1m\u009b31m\u202e\u2066\u061c\u200b\ufeff\u2028é" };
    const line = jsonLine(value);
    expect(line).toMatch(/^\{"title":"[ -~é]+"\}$/);
    expect(JSON.parse(line)).toEqual(value);
  });

  test("has a path as text, and its bytes where it is none", () => {
    expect(pathJson(undefined)).toEqual({ path: null });
    expect(pathJson("/a/é")).toEqual({ path: "/a/é" });
    expect(pathJson(Buffer.from("/a/\xe9", "latin1"))).toEqual({ path: "/a/\ufffd", pathBase64: "L2Ev6Q==" });
  });
});

describe("paths on the command line", () => {
  const latin = (text: string): Buffer => Buffer.from(text, "latin1");

  test("are the system's bytes where they are no UTF-8", () => {
    const commandLine = ["node", "add", "caf\xe9", "caf\xe8"].map(latin);
    expect(rawPaths(["a", "caf\ufffd", "caf\ufffd"], () => commandLine)).toEqual([
      "a",
      latin("caf\xe9"),
      latin("caf\xe8"),
    ]);
  });

  test("are what was typed otherwise", () => {
    const commandLine = [Buffer.from("odd \ufffd")];
    expect(rawPaths(["odd \ufffd", "é"], () => commandLine)).toEqual(["odd \ufffd", "é"]);
    expect(rawPaths(["lost \ufffd"], () => [])).toEqual(["lost \ufffd"]);
  });
});

test("progress has the rate of the last seconds, and the time that is left", () => {
  let nowMs = 0;
  const progress = new ByteProgress(10_000_000, () => nowMs);
  expect(progress.text()).toBe("0 %, 0 B of 10.0 MB, 0 B/s");
  for (const bytes of [5_000_000, 1_000_000]) {
    nowMs += 1000;
    progress.add(bytes);
  }
  expect(progress.text()).toBe("60 %, 6.0 MB of 10.0 MB, 3.0 MB/s, 1.3 s left");
  for (let at = 0; at < 50; at++) {
    nowMs += 200;
    progress.add(20_000);
    progress.text();
  }
  expect(progress.text(), "what went before is forgotten").toMatch(
    /^70 %, 7\.0 MB of 10\.0 MB, 100 kB\/s, 30\.0 s left$/,
  );
  expect(new ByteProgress(0, () => 0).text()).toBe("100 %, 0 B of 0 B, 0 B/s");
});
