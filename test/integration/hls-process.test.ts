import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type HlsOptions, HlsService } from "../../src/media/hls/hls-service.ts";
import { Random } from "../property/support/random.ts";
import { SEED } from "../property/support/seed.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { childrenOf, isAlive } from "./support/alive.ts";
import { CountingInput, segment, segmentCount, wholeTrack } from "./support/hls-files.ts";
import { until } from "./support/waiting.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/media");
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));

function serviceWith(options: HlsOptions = {}): HlsService {
  const service = new HlsService(options);
  onTestFinished(() => service.close());
  return service;
}

/** The processes that a program started since. */
function started(): () => number[] {
  const before = new Set(childrenOf(process.pid));
  return () => childrenOf(process.pid).filter((pid) => !before.has(pid));
}

test("what is no media is said to be none, and the next file plays", async () => {
  const service = serviceWith();
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from("#EXTM3U\nhttp://127.0.0.1/x.ts\n"),
    Buffer.alloc(100_000, 7),
    fixture("truncated.mp4"),
  ])
    await expect(service.open(CountingInput.of(bytes), [])).rejects.toMatchObject({
      code: "media-unsupported",
      exitCode: 1,
    });
  const playable = await service.open(CountingInput.of(fixture("plain.mp4")), []);
  expect((await segment(playable, 1, 0))?.length).toBeGreaterThan(1000);
});

test("bytes that cannot be had are the error that they were, and may come later", async () => {
  const service = serviceWith();
  const bytes = fixture("two-audios.mkv");
  const missing = Object.assign(new Error("planted"), { code: "chunks-missing" });
  let isThere = false;
  const input = new CountingInput(bytes.length, (start, end) => {
    if (!isThere) throw missing;
    return bytes.subarray(start, end);
  });
  await expect(service.open(input, [])).rejects.toBe(missing);
  isThere = true;
  expect((await service.open(input, [])).info.tracks).toHaveLength(4);
});

test("an index that fills the memory ends the process, not the program; what others were watching goes on", async () => {
  const service = serviceWith();
  const good = await service.open(CountingInput.of(fixture("two-audios.mkv")), []);
  const whole = await segment(good, 1, 0);
  const bytes = fixture("plain.mp4");
  // So many samples of no bits each.
  const at = bytes.indexOf("stsz");
  bytes.write("stz2", at);
  bytes.writeUInt32BE(0, at + 8);
  bytes.writeUInt32BE(0xffff_ffff, at + 12);
  const watched = await good.segment(1, 0);
  const first = await watched?.next();
  await expect(service.open(CountingInput.of(bytes), [])).rejects.toMatchObject({ code: "media-failed" });
  const rest: Uint8Array[] = [first?.value as Uint8Array];
  for await (const piece of watched as AsyncGenerator<Uint8Array>) rest.push(piece);
  expect(Buffer.concat(rest).equals(whole as Buffer)).toBe(true);
  expect((await segment(good, 2, 0))?.length).toBeGreaterThan(100);
});

/** A media process of our own: what it does with files of these sizes; all others have nothing to play. */
function planted(): URL {
  const path = join(tempFolder(), "planted.mjs");
  const info = { container: "planted", durationMs: 1, tracks: [], isDirect: true };
  writeFileSync(
    path,
    `const sizes = new Map();
    process.on("disconnect", () => process.exit());
    process.on("message", ({ is, job, wish }) => {
      if (is !== "wish") return;
      if (wish.is === "open") sizes.set(wish.file, wish.inputs[0].bytes);
      const size = sizes.get(wish.file);
      if (size === 1) for (;;);
      if (size === 2) process.abort();
      if (size === 3) return;
      if (wish.is === "open") process.send({ is: "granted", job, grant: { info: ${JSON.stringify(info)} } });
      else if (wish.is === "segment") process.send({ is: "granted", job, grant: { hasBegun: true } });
      else process.send({ is: "granted", job, grant: { text: "played" } });
    });`,
  );
  return pathToFileURL(path);
}
const ofSize = (bytes: number): CountingInput => new CountingInput(bytes, () => new Uint8Array(0));

test.for([1, 2, 3])(
  "a process that hangs, aborts or is silent over a file (%i) has failed it, and others go on",
  async (size) => {
    const service = serviceWith({ entry: planted(), pulseMs: 100, maxSilentMs: 700 });
    const good = await service.open(ofSize(50), []);
    const both = await Promise.allSettled([
      service.open(ofSize(size), []),
      good.playlist(1),
      service.open(ofSize(51), []),
    ]);
    expect(both[0]).toMatchObject({ status: "rejected", reason: { code: "media-failed" } });
    expect(both.slice(1)).toMatchObject([{ value: "played" }, { value: { info: { container: "planted" } } }]);
    expect(await good.playlist(1)).toBe("played");
  },
);

test("a video that is closed rejects what is under way, and a reader that leaves is not waited for", async () => {
  const service = serviceWith({ entry: planted() });
  const playable = await service.open(ofSize(50), []);
  const pieces = (await playable.segment(1, 0)) as AsyncGenerator<Uint8Array>;
  const waiting = pieces.next();
  await pieces.return(undefined);
  expect((await waiting).done).toBe(true);
  const next = ((await playable.segment(1, 0)) as AsyncGenerator<Uint8Array>).next();
  const never = await playable.segment(1, 1);
  await never?.return(undefined);
  await playable.close();
  await expect(next).rejects.toMatchObject({ code: "media-closed" });
  await expect(playable.playlist(1)).rejects.toMatchObject({ code: "media-closed" });
});

test("what is read for a segment that nobody wants any more may rest, and not while somebody wants another", async () => {
  const service = serviceWith({ entry: planted() });
  const input = ofSize(50);
  let rests = 0;
  const playable = await service.open(
    { bytes: input.bytes, read: input.read.bind(input), rest: () => void rests++ },
    [],
  );
  const [one, other] = [await playable.segment(1, 0), await playable.segment(1, 0)];
  await one?.return(undefined);
  expect(rests).toBe(0);
  await other?.return(undefined);
  expect(rests).toBe(1);
});

test("more players than are served at one time are told so", async () => {
  const service = serviceWith({ entry: planted() });
  const playable = await service.open(ofSize(50), []);
  const wishes = Array.from({ length: 300 }, () => playable.segment(1, 0));
  const settled = await Promise.allSettled(wishes);
  const refused = settled.filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ reason: { code: "media-busy" } });
  for (const one of settled) if (one.status === "fulfilled") await one.value?.return(undefined);
  expect(await playable.playlist(1)).toBe("played");
});

test("a process starts when it is wanted, ends when it is not, and comes back with the file open", async () => {
  const since = started();
  const service = serviceWith({ hlsIdleMs: 150 });
  expect(since()).toEqual([]);
  service.warm();
  expect(since()).toHaveLength(1);
  const playable = await service.open(CountingInput.of(fixture("plain.mp4")), []);
  const first = await segment(playable, 1, 0);
  await until("the process is gone", () => since().length === 0);
  expect((await segment(playable, 1, 0))?.equals(first as Buffer)).toBe(true);
  const [pid] = since();
  process.kill(pid as number, "SIGKILL");
  await until("the process is gone", () => !isAlive(pid as number));
  expect((await segment(playable, 1, 0))?.equals(first as Buffer)).toBe(true);
});

test("a player that does not read holds little, and the process waits for it", async () => {
  const service = serviceWith();
  const playable = await service.open(CountingInput.of(fixture("plain.mp4")), []);
  const slow = (await playable.segment(1, 0)) as AsyncGenerator<Uint8Array>;
  const whole = await segment(playable, 1, 0);
  const pieces: Uint8Array[] = [];
  for await (const piece of slow) pieces.push(piece);
  expect(Buffer.concat(pieces).equals(whole as Buffer)).toBe(true);
});

test("files with flipped bits, cut or joined: an error that people can read, or segments; never the program's end", async () => {
  const service = serviceWith({ pulseMs: 200, maxSilentMs: 4000 });
  const random = new Random(SEED);
  const originals = readdirSync(FIXTURES).map(fixture);
  let played = 0;
  for (let run = 0; run < 150; run++) {
    const bytes = mutant(originals[run % originals.length] as Buffer, random);
    try {
      const playable = await service.open(CountingInput.of(bytes), []);
      for (const { number } of playable.info.tracks)
        if ((await segmentCount(playable, number)) > 0)
          // A flipped bit makes a year of a second: its segments are all alike.
          played += (await wholeTrack(playable, number, 50)).length > 0 ? 1 : 0;
      await playable.close();
    } catch (error) {
      expect((error as { code?: string }).code, `SEED=${SEED} run ${run}: ${error}`).toMatch(
        /^media-(unsupported|failed)$/,
      );
    }
  }
  // Otherwise the mutations are too harsh to reach what lies behind the first check.
  expect(played).toBeGreaterThan(40);
});

function mutant(original: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(original);
  for (let flips = random.between(1, 6); flips > 0; flips--) {
    const at = random.oneIn(2) ? random.below(Math.min(bytes.length, 2000)) : random.below(bytes.length);
    bytes[at] = random.oneIn(3) ? random.pick([0, 255, 127, 128]) : (bytes[at] as number) ^ (1 << random.below(8));
  }
  return random.oneIn(6) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

test("an MP3 whose header says that it lasts for a year is as long as what is in it", async () => {
  const service = serviceWith();
  const bytes = fixture("sound.mp3");
  const at = Math.max(bytes.indexOf("Xing"), bytes.indexOf("Info"));
  expect(at).toBeGreaterThan(0);
  const { durationMs } = (await service.open(CountingInput.of(bytes), [])).info;
  // Behind the flags, the first of which says that it is there: how many frames.
  bytes.writeUInt32BE(1_200_000_000, at + 8);
  const long = await service.open(CountingInput.of(bytes), []);
  expect(Math.abs(long.info.durationMs - durationMs)).toBeLessThan(200);
  expect(await segmentCount(long, 1)).toBeLessThan(5);
});

test("a program that forgets to close ends, and its media process with it", () => {
  const module = JSON.stringify(new URL("../../src/media/hls/hls-service.ts", import.meta.url));
  const script = `
    const { HlsService } = await import(${module});
    const bytes = (await import("node:fs")).readFileSync(${JSON.stringify(join(FIXTURES, "plain.mp4"))});
    const service = new HlsService();
    const input = { bytes: bytes.length, read: (start, end) => Promise.resolve(bytes.subarray(start, end)) };
    console.log((await service.open(input, [])).info.container);`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { timeout: 20_000 });
  expect(printed.toString()).toBe("mp4\n");
});
