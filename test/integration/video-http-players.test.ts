import { execFile, execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { HlsService } from "../../src/media/hls/hls-service.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { addFile, type TestNode, testNode } from "./support/running-node.ts";
import { type ServedVideos, serveVideos } from "./support/video-http.ts";

const MIB = 1_048_576;
const run = promisify(execFile);

const isThere = (program: string, ask: string): boolean => {
  try {
    execFileSync(program, [ask], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

interface Stage extends ServedVideos {
  readonly id: Uint8Array;
  readonly path: string;
  readonly viewer: TestNode;
  readonly holders: readonly TestNode[];
}

/** A film of twelve seconds and some 50 MB, a key frame every two, with its index at the end, in a container, that three other nodes hold. */
async function film(container: "mp4" | "mkv"): Promise<Stage> {
  const path = join(tempFolder(), `film.${container}`);
  const picture = ["-f", "lavfi", "-i", "color=gray:s=480x270:r=25,noise=alls=100:allf=t:all_seed=7"];
  const sound = ["-f", "lavfi", "-i", "sine=frequency=440"];
  const coded = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-crf",
    "8",
    "-g",
    "50",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
  ];
  await run("ffmpeg", ["-v", "error", ...picture, ...sound, "-t", "12", ...coded, path]);
  const holders = await Promise.all([1, 2, 3].map(() => testNode({ uploadBytesPerSecond: 2 * MIB })));
  const [id] = await Promise.all(holders.map(({ library }) => addFile(library, path)));
  const viewer = await testNode({ join: holders.map(({ address }) => address) });
  const media = new HlsService();
  onTestFinished(() => media.close());
  const parts = {
    library: viewer.library,
    watch: (...asked: Parameters<TestNode["node"]["watch"]>) => viewer.node.watch(...asked),
    media,
  };
  return { ...(await serveVideos(parts)), id: id as Uint8Array, path, viewer, holders };
}

/** The picture at a time, as a hash of its pixels. */
async function pictureAt(input: string, seconds: number): Promise<string> {
  const args = [
    "-v",
    "error",
    "-ss",
    String(seconds),
    "-i",
    input,
    "-map",
    "0:v:0",
    "-frames:v",
    "1",
    "-f",
    "md5",
    "-",
  ];
  return (await run("ffmpeg", args)).stdout;
}

describe.skipIf(!isThere("ffmpeg", "-version"))("a film that nobody has here, of three who give 2 MiB/s each", () => {
  test("shows the right picture wherever a player seeks, and one holder may go", async () => {
    const { url, id, path, holders, bugs } = await film("mp4");
    for (const [at, seconds] of [9, 2, 11, 5].entries()) {
      if (at === 2) await holders[0]?.stop();
      expect(await pictureAt(url(id), seconds), `${seconds} s`).toBe(await pictureAt(path, seconds));
    }
    expect(bugs).toEqual([]);
  });

  test("starts as HLS with its index, its first segment and little more", async () => {
    const { url, id, path, viewer, bugs } = await film("mkv");
    const master = await (await fetch(url(id, "hls/master.m3u8"))).text();
    expect(master).toContain("t1.m3u8");
    const list = await (await fetch(url(id, "hls/t1.m3u8"))).text();
    expect(list).toContain("t1/0.m4s");
    await (await fetch(url(id, "hls/t1/init.mp4"))).arrayBuffer();
    const segment = (await fetch(url(id, "hls/t1/0.m4s"))).body?.getReader();
    expect((await segment?.read())?.value?.length).toBeGreaterThan(0);
    const [progress] = viewer.node.fetches();
    process.stdout.write(`${progress?.receivedBytes} of ${statSync(path).size} bytes before the first picture\n`);
    // How much of the segment has come when the first of it is here is a matter of time; what is behind it is not.
    expect(progress?.receivedBytes).toBeLessThan(statSync(path).size / 6 + 4 * MIB);
    await segment?.cancel();
    expect(bugs).toEqual([]);
  });

  test.skipIf(!isThere("mpv", "--version"))("plays in mpv, from its bytes and from its HLS", async () => {
    const { url, id, bugs } = await film("mkv");
    const quiet = ["--no-config", "--vo=null", "--ao=null", "--msg-level=all=error", "--untimed"];
    const seek = ["--start=6", "--frames=10"];
    // HLS to its end: a player that stops earlier tells of the frame that it was just reading. And from its beginning:
    // ffmpeg 5.1, which mpv reads HLS with, cannot seek in fragmented MP4 there, not even in what it has made itself.
    const plays = [
      ["film.mkv", seek],
      ["hls/master.m3u8", []],
    ] as const;
    for (const [name, more] of plays) {
      const { stdout, stderr } = await run("mpv", [...quiet, ...more, url(id, name)], { timeout: 50_000 });
      expect([name, stdout, stderr]).toEqual([name, "", ""]);
    }
    expect(bugs).toEqual([]);
  });
});
