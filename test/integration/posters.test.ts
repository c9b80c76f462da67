import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { type FfmpegOptions, type Frame, frameOf } from "../../src/gateway/poster-ffmpeg.ts";
import { jpegSize } from "../../src/gateway/poster-jpeg.ts";
import { PosterMaker } from "../../src/gateway/poster-maker.ts";
import { PosterShelf } from "../../src/gateway/poster-shelf.ts";
import { openLibrary } from "../../src/open-library.ts";
import { monotonicMs } from "../../src/runtime/clock.ts";
import type { Library } from "../../src/store/library.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { addFile } from "./support/running-node.ts";

const DEMO = new URL("../../demo/shoal.mp4", import.meta.url).pathname;

/** A picture of a file. */
async function framed(path: string, options: FfmpegOptions = {}, atSeconds = 0): Promise<Frame> {
  const fd = openSync(path, "r");
  try {
    return await frameOf(fd, atSeconds, options);
  } finally {
    closeSync(fd);
  }
}

/** A program in the place of ffmpeg. */
function program(script: string): string {
  const path = join(tempFolder(), "ffmpeg");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
};

describe("a picture by ffmpeg", () => {
  test("is a JPEG of 640 × 360 of the open file", async () => {
    const frame = await framed(DEMO, {}, 1);
    if (typeof frame === "string") throw new Error(frame);
    expect(jpegSize(frame)).toEqual({ width: 640, height: 360 });
    expect(frame.length).toBeGreaterThan(7000);
  });

  test.for([
    ["noise", someBytes(300_000, 3)],
    ["nothing", ""],
    ["a film that is cut off in its index", readFileSync(DEMO).subarray(0, 3000)],
    ["a playlist of another file", `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://${DEMO}\n#EXT-X-ENDLIST\n`],
    ["a list of other files", `ffconcat version 1.0\nfile '${DEMO}'\n`],
    ["a drawing that names a file", `<svg xmlns="http://www.w3.org/2000/svg"><image href="file://${DEMO}"/></svg>`],
    ["a text", "P6 640 360 255\n"],
  ] as const)("of %s there is none", async ([, content]) => {
    expect(await framed(file("film.mp4", content))).toBe("none");
  });

  test("of a program that hangs, or says no end, is none, and soon", async () => {
    const began = performance.now();
    expect(await framed(DEMO, { program: program("exec sleep 60"), posterMs: 300 })).toBe("none");
    expect(await framed(DEMO, { program: program("exec cat /dev/zero"), posterMs: 30_000 })).toBe("none");
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test("of a program that fills memory or writes a file is none, and no file is there", async () => {
    const folder = tempFolder();
    const [place, shot] = [join(folder, "filled"), join(folder, "shot")];
    writeFileSync(shot, (await framed(DEMO, {}, 1)) as Uint8Array);
    const shotAfter = (script: string): Promise<Frame> =>
      framed(DEMO, { program: program(`${script} && exec cat ${shot}`) });
    expect(await shotAfter("true")).toEqual(readFileSync(shot));
    expect(await shotAfter(`head -c 100000 /dev/zero > ${place}`)).toBe("none");
    expect(existsSync(place) ? readFileSync(place).length : 0).toBe(0);
    // As much as it takes to keep the end of it, which is more than there is.
    expect(await shotAfter(`head -c 2000000000 /dev/zero | tail -c 2000000000 > /dev/null`)).toBe("none");
  });

  test("is given no more of this process than the path of programs, and runs behind everybody", async () => {
    process.env["CARDUME_TEST_SECRET"] = "swordfish";
    onTestFinished(() => {
      delete process.env["CARDUME_TEST_SECRET"];
    });
    const told = join(tempFolder(), "told");
    // What it may write at all is what its output is; so it fails where it finds more than it should.
    const script = `env | grep -q swordfish && exit 1; [ "$(nice)" = 19 ] || exit 1; cat ${dirname(told)}/shot`;
    const shot = await framed(DEMO, {}, 1);
    writeFileSync(join(dirname(told), "shot"), shot as Uint8Array);
    expect(await framed(DEMO, { program: program(script) })).toEqual(Buffer.from(shot as Uint8Array));
  });

  test("is known to be missing where the program is", async () => {
    expect(await framed(DEMO, { program: "no-such-ffmpeg" })).toBe("missing");
  });
});

interface Stage {
  readonly library: Library;
  readonly shelf: PosterShelf;
  readonly maker: PosterMaker;
  readonly asked: number[];
  /** Until nothing is made any more. */
  seen(...ids: readonly Uint8Array[]): Promise<string[]>;
}

async function stage(answer: (asked: number) => Promise<Frame> = () => framed(DEMO, {}, 1)): Promise<Stage> {
  const library = await openLibrary({ folder: join(tempFolder(), "data") });
  const shelf = new PosterShelf(library.folder);
  const asked: number[] = [];
  const maker = new PosterMaker({
    ...{ library, shelf, clock: monotonicMs },
    frameOf: (_fd, atSeconds) => answer(asked.push(atSeconds)),
  });
  onTestFinished(async () => {
    await maker.close();
    await library.close();
  });
  const seen = async (...ids: readonly Uint8Array[]): Promise<string[]> => {
    await maker.seen(ids);
    await expect.poll(() => maker.isMaking, { timeout: 20_000, interval: 10 }).toBe(false);
    return [...(await maker.seen(ids))];
  };
  return { library, shelf, maker, asked, seen };
}

describe("posters of what is seen", () => {
  test("are made of videos all of which is here, and once", async () => {
    const { library, shelf, asked, seen } = await stage();
    const id = await addFile(library, DEMO);
    expect(await seen(id, new Uint8Array(32))).toEqual([toBase32(id)]);
    expect(jpegSize(await shelf.read(id))).toEqual({ width: 640, height: 360 });
    expect(await seen(id)).toEqual([toBase32(id)]);
    expect(asked).toHaveLength(1);
    expect(await new PosterShelf(library.folder).list()).toEqual([toBase32(id)]);
  });

  test("are not made of a file that has changed since it was added", async () => {
    const { library, asked, seen } = await stage();
    const path = file("film.mp4", readFileSync(DEMO));
    const id = await addFile(library, path);
    writeFileSync(path, readFileSync(DEMO).reverse());
    expect([await seen(id), asked]).toEqual([[], []]);
  });

  test("are not tried again where there is nothing to show, but a browser's counts", async () => {
    const { library, shelf, asked, seen } = await stage(() => Promise.resolve("none"));
    const id = await addFile(library, DEMO);
    expect(await seen(id)).toEqual([]);
    const tries = asked.length;
    expect(await seen(id)).toEqual([]);
    expect(asked).toHaveLength(tries);
    expect(await new PosterShelf(library.folder).of(id)).toBe("none");
    await shelf.keep(id, (await framed(DEMO)) as Uint8Array);
    expect(await seen(id)).toEqual([toBase32(id)]);
    await shelf.remove(id);
    expect(await new PosterShelf(library.folder).of(id)).toBeUndefined();
  });

  test("take the place in the film where there is most to see", async () => {
    const plain = Uint8Array.from([0xff, 0xd8, 1, 0xff, 0xd9]);
    const { library, asked, seen, shelf } = await stage((time) =>
      time === 1 ? Promise.resolve(plain) : framed(DEMO, {}, 1),
    );
    const id = await addFile(library, DEMO);
    expect(await seen(id)).toEqual([toBase32(id)]);
    expect(asked).toHaveLength(2);
    expect((await shelf.read(id)).length).toBeGreaterThan(plain.length);
  });

  test("are not made where there is no ffmpeg, and it is not looked for again", async () => {
    const { library, asked, seen, maker } = await stage(() => Promise.resolve("missing"));
    const id = await addFile(library, DEMO);
    expect(await seen(id)).toEqual([]);
    expect(await seen(id)).toEqual([]);
    expect([asked.length, maker.isMaking]).toEqual([1, false]);
  });

  test("end with the gateway, however long one takes", async () => {
    const hung = program("exec sleep 60");
    const abort = new AbortController();
    const library = await openLibrary({ folder: join(tempFolder(), "data") });
    onTestFinished(() => library.close());
    const id = await addFile(library, DEMO);
    const maker = new PosterMaker({
      ...{ library, shelf: new PosterShelf(library.folder), clock: monotonicMs },
      frameOf: (fd, atSeconds, signal) => {
        setImmediate(() => abort.abort());
        return frameOf(fd, atSeconds, { program: hung, signal });
      },
    });
    await maker.seen([id]);
    await new Promise((resolve) => abort.signal.addEventListener("abort", resolve));
    const began = performance.now();
    await maker.close();
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await new PosterShelf(library.folder).of(id), "what was stopped is nobody's verdict").toBeUndefined();
  });
});
