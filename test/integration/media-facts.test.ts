import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { decodeClaims, encodeClaims, type Track } from "../../src/core/content/claims.ts";
import { MEDIA } from "../../src/core/limits.ts";
import { type MediaFacts, MediaReader, type MediaReaderOptions } from "../../src/media/media-facts.ts";
import { Random } from "../property/support/random.ts";
import { SEED } from "../property/support/seed.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { childrenOf } from "./support/alive.ts";
import { system } from "./support/system.ts";
import { pause, until } from "./support/waiting.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/media");
const fixture = (name: string): string => join(FIXTURES, name);

const reader = new MediaReader();
afterAll(() => reader.close());

function readerWith(options: MediaReaderOptions): MediaReader {
  const one = new MediaReader(options);
  onTestFinished(() => one.close());
  return one;
}

/** A file with these bytes. */
function fileWith(bytes: Uint8Array | string, name = "film.mp4"): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

const picture = (more: Partial<Track> = {}): Track => ({
  kind: "video",
  codec: "avc1.64000c",
  language: "",
  name: "",
  width: 160,
  height: 90,
  ...more,
});
const sound = (more: Partial<Track> = {}): Track => ({
  kind: "audio",
  codec: "mp4a.40.2",
  language: "",
  name: "",
  width: 0,
  height: 0,
  ...more,
});

describe("the facts of", () => {
  const subtitles = sound({ kind: "subtitle", codec: "S_TEXT/UTF8", language: "por", name: "Legendas" });
  const known: readonly (readonly [string, MediaFacts | undefined])[] = [
    [
      "plain.mp4",
      {
        container: "mp4",
        mediaType: "video/mp4",
        durationMs: 2000,
        title: "Peixes do mar",
        tracks: [picture({ language: "por" }), sound({ language: "por" })],
      },
    ],
    [
      "rotated.mp4",
      {
        container: "mp4",
        mediaType: "video/mp4",
        durationMs: 2000,
        title: "Peixes do mar",
        tracks: [picture({ language: "por", width: 90, height: 160 }), sound({ language: "por" })],
      },
    ],
    ["fragmented.mp4", { container: "mp4", mediaType: "video/mp4", durationMs: 2200, tracks: [picture(), sound()] }],
    ["truncated.mp4", undefined],
    ["quick.mov", { container: "mov", mediaType: "video/quicktime", durationMs: 2000, tracks: [picture()] }],
    [
      "two-audios.mkv",
      {
        container: "matroska",
        mediaType: "video/x-matroska",
        durationMs: 2023,
        title: "Dois áudios",
        tracks: [picture(), sound({ language: "por", name: "Dublado" }), sound({ language: "eng" }), subtitles],
      },
    ],
    [
      "picture.webm",
      {
        container: "webm",
        mediaType: "video/webm",
        durationMs: 2008,
        tracks: [picture({ codec: "vp09.00.10.08.01.02.02.02.00" }), sound({ codec: "opus" })],
      },
    ],
    [
      "stream.mpegts",
      { container: "mpeg-ts", mediaType: "video/mp2t", durationMs: 2043, tracks: [picture(), sound()] },
    ],
    [
      "sound.mp3",
      {
        container: "mp3",
        mediaType: "audio/mpeg",
        durationMs: 2038,
        title: "Só som",
        tracks: [sound({ codec: "mp3" })],
      },
    ],
    ["sound.m4a", { container: "mp4", mediaType: "audio/mp4", durationMs: 2000, tracks: [sound()] }],
  ];

  test.for(known)("%s", async ([name, facts]) => {
    expect(await reader.facts(fixture(name))).toEqual(facts);
  });

  test("every fixture", () => {
    expect(readdirSync(FIXTURES).sort()).toEqual(known.map(([name]) => name).sort());
  });
});

describe("what is no media file has no facts", () => {
  const noise = new Uint8Array(200_000);
  const random = new Random(SEED);
  for (let at = 0; at < noise.length; at++) noise[at] = random.below(256);

  test.for([
    ["an empty file", ""],
    ["text", "Era uma vez um cardume. ".repeat(500)],
    ["noise", noise],
    ["a playlist, which names other files", "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/secret.ts\n"],
  ] as const)("%s", async ([, bytes]) => {
    expect(await reader.facts(fileWith(bytes))).toBeUndefined();
  });

  test("a folder, a device, a FIFO without a writer, a path that is none, and one that cannot be", async () => {
    const folder = tempFolder();
    const pipe = join(folder, "pipe");
    system("mkfifo", pipe);
    for (const path of [folder, "/dev/zero", pipe, join(folder, "nothing"), "a\0b"])
      expect(await reader.facts(path)).toBeUndefined();
  });
});

test("a path of bytes that are no UTF-8 is read", async () => {
  const folder = tempFolder();
  const path = Buffer.from(`${folder}/\xff.mp4`, "latin1");
  writeFileSync(path, readFileSync(fixture("sound.m4a")));
  expect(await reader.facts(path)).toMatchObject({ mediaType: "audio/mp4" });
});

test("files with flipped bits, cut or joined never fail, and what is said of them fits into claims", async () => {
  const random = new Random(SEED);
  const originals = readdirSync(FIXTURES).map((name) => readFileSync(fixture(name)));
  const path = join(tempFolder(), "mutant");
  let slowestMs = 0;
  let withFacts = 0;
  for (let run = 0; run < 400; run++) {
    const original = originals[run % originals.length] as Buffer;
    writeFileSync(path, mutant(original, random));
    const startedMs = performance.now();
    const facts = await reader.facts(path);
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    if (facts === undefined) continue;
    withFacts++;
    expect(claimable(facts), `SEED=${SEED} run ${run}`).toBe(true);
  }
  expect(slowestMs).toBeLessThan(MEDIA.maxFileMs + 2000);
  // Otherwise the mutations are too harsh to reach what lies behind the first check.
  expect(withFacts).toBeGreaterThan(50);
});

/** Changes where indexes are rather than where pictures are: near the beginning and the end. */
function mutant(original: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(original);
  const span = Math.min(bytes.length, 2000);
  for (let flips = random.between(1, 6); flips > 0; flips--) {
    const at = random.below(span) + (random.oneIn(2) ? 0 : bytes.length - span);
    bytes[at] = random.oneIn(3) ? random.pick([0, 255, 127, 128]) : (bytes[at] as number) ^ (1 << random.below(8));
  }
  return random.oneIn(5) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

function claimable(facts: MediaFacts): boolean {
  const claims = {
    ...facts,
    title: facts.title ?? "",
    video: new Uint8Array(32),
    publisher: new Uint8Array(32),
    madeAtMs: 1,
    fileName: "film",
    subtitles: [],
  };
  return decodeClaims(encodeClaims(claims)) !== undefined;
}

describe("a file that attacks its reader has no facts, and the next one has", () => {
  test("an index that fills the memory, which ends a process though it happens in a thread", async () => {
    const bytes = readFileSync(fixture("plain.mp4"));
    // So many samples of no bits each.
    const at = bytes.indexOf("stsz");
    bytes.write("stz2", at);
    bytes.writeUInt32BE(0, at + 8);
    bytes.writeUInt32BE(0xffff_ffff, at + 12);
    // So that the list of samples is needed.
    bytes.writeUInt32BE(0, bytes.indexOf("mvhd") + 20);
    expect(await reader.facts(fileWith(bytes))).toBeUndefined();
    expect(await reader.facts(fixture("plain.mp4"))).toMatchObject({ durationMs: 2000 });
  });

  /** A reading process of our own: what it does with files that have these names, and answers for all others. */
  function planted(): URL {
    const path = join(tempFolder(), "planted.mjs");
    const facts = { mediaType: "video/planted", durationMs: 1, tracks: [], container: "planted" };
    writeFileSync(
      path,
      `process.on("disconnect", () => process.exit());
      process.on("message", ({ path }) => {
        if (path === "loop") for (;;);
        if (path === "silence") return;
        if (path === "exit") process.exit(3);
        if (path === "abort") process.abort();
        if (path === "throw") throw new Error("planted");
        process.send({ facts: ${JSON.stringify(facts)} }, () => path === "late" && process.exit(3));
      });`,
    );
    return pathToFileURL(path);
  }

  test.for(["loop", "silence", "exit", "abort", "throw"])("%s", async (attack) => {
    const attacked = readerWith({
      entry: planted(),
      maxFileMs: attack === "loop" || attack === "silence" ? 1000 : 8000,
    });
    const startedMs = performance.now();
    const both = await Promise.all([attacked.facts(attack), attacked.facts("film")]);
    expect(both).toMatchObject([undefined, { container: "planted" }]);
    expect(performance.now() - startedMs).toBeLessThan(6000);
  });

  test("a process that ends after its answer is not the next file's fault", async () => {
    const one = readerWith({ entry: planted() });
    expect(await one.facts("late")).toMatchObject({ container: "planted" });
    await pause(300);
    expect(await one.facts("film")).toMatchObject({ container: "planted" });
  });

  test("a program that is not there", async () => {
    const one = readerWith({ entry: pathToFileURL(join(tempFolder(), "none.mjs")) });
    expect(await one.facts("film")).toBeUndefined();
  });
});

test("when no more may be read, the facts come without a duration", async () => {
  // 2 s of video, and 4 MB of packets of nothing, between the head and the last picture.
  const stream = readFileSync(fixture("stream.mpegts"));
  const nothing = Buffer.alloc(188, 255);
  nothing.set([0x47, 0x1f, 0xff, 0x10]);
  const path = fileWith(Buffer.concat([stream, Buffer.alloc(188 * 20_000, nothing)]), "film.ts");
  const whole = await reader.facts(path);
  expect(whole).toMatchObject({ container: "mpeg-ts", durationMs: 2043 });
  const thrifty = readerWith({ maxFileReadBytes: 400_000 });
  expect(await thrifty.facts(path)).toEqual({ ...whole, durationMs: 0 });
});

test("the reading process ends when it has nothing to do, and comes back when it has", async () => {
  const one = readerWith({ mediaIdleMs: 100 });
  const before = new Set(childrenOf(process.pid));
  expect(await one.facts(fixture("quick.mov"))).toBeDefined();
  const started = childrenOf(process.pid).filter((pid) => !before.has(pid));
  expect(started).toHaveLength(1);
  await until("the reading process is gone", () => !childrenOf(process.pid).includes(started[0] as number));
  expect(await one.facts(fixture("quick.mov"))).toBeDefined();
});

test("closing ends what is under way, and nothing is read afterwards", async () => {
  const one = readerWith({});
  const waiting = [one.facts(fixture("plain.mp4")), one.facts(fixture("quick.mov"))];
  await pause(20);
  await one.close();
  expect(await Promise.all([...waiting, one.facts(fixture("plain.mp4"))])).toEqual([undefined, undefined, undefined]);
});

test("a program that has facts and forgets to close ends, and its reading process with it", () => {
  const script = `
    const { MediaReader } = await import(${JSON.stringify(new URL("../../src/media/media-facts.ts", import.meta.url))});
    const facts = await new MediaReader({ mediaIdleMs: 3_600_000 }).facts(${JSON.stringify(fixture("plain.mp4"))});
    console.log(facts.container);`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { timeout: 20_000 });
  expect(printed.toString()).toBe("mp4\n");
});
