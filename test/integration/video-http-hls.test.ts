import { execFile, execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import type { VideoFacts } from "../../src/gateway/video-facts.ts";
import { HlsService } from "../../src/media/hls/hls-service.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { RawHttp } from "./support/raw-http.ts";
import { addFile, type TestNode, testNode } from "./support/running-node.ts";
import { type ServedVideos, serveVideos } from "./support/video-http.ts";

const FIXTURES = new URL("../fixtures/media/", import.meta.url);
const run = promisify(execFile);
const VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nOlá <b>tu</b>\n";

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

interface Stage extends ServedVideos {
  readonly id: Uint8Array;
  readonly node: TestNode;
  /** The path of the original file. */
  readonly path: string;
}

/** A gateway for a fixture with a subtitle file beside it, held here, or only by another node. */
async function serve(fixture: string, where: "here" | "elsewhere" = "here"): Promise<Stage> {
  const folder = tempFolder();
  const path = join(folder, fixture);
  cpSync(new URL(fixture, FIXTURES), path);
  writeFileSync(path.replace(/\.\w+$/, ".pt.vtt"), VTT);
  const holder = await testNode();
  const id = await addFile(holder.library, path);
  const node = where === "here" ? holder : await testNode({ join: [holder.address] });
  const media = new HlsService();
  onTestFinished(() => media.close());
  const served = await serveVideos({ library: node.library, watch: (...asked) => node.node.watch(...asked), media });
  return { ...served, id, node, path };
}

const factsOf = async ({ url, id }: Stage): Promise<VideoFacts> =>
  (await (await fetch(url(id, "info.json"))).json()) as VideoFacts;

describe("info.json", () => {
  test("tells the tracks, what is here, and the addresses", async () => {
    const stage = await serve("two-audios.mkv");
    const facts = await factsOf(stage);
    expect(facts).toMatchObject({ id: toBase32(stage.id), container: "matroska", chunks: 1, problem: null, peers: 0 });
    expect(facts.held).toEqual({ bytes: facts.bytes, chunks: 1 });
    expect(facts.tracks.filter(({ kind }) => kind === "audio")).toHaveLength(2);
    expect(facts.tracks.at(-1)).toMatchObject({ kind: "subtitle", language: "pt", problem: null });
    for (const track of facts.tracks.filter(({ kind, problem }) => kind !== "subtitle" && problem === null))
      expect(track.codecString).toMatch(/^\w+/);
    const origin = `http://127.0.0.1:${stage.port}`;
    expect((await fetch(origin + facts.path, { method: "HEAD" })).headers.get("content-length")).toBe(
      String(facts.bytes),
    );
    expect((await fetch(origin + facts.playlist)).status).toBe(200);
    expect(stage.bugs).toEqual([]);
  });

  test("of what is no media file says so, and its bytes are there all the same", async () => {
    const path = join(tempFolder(), "notes.bin");
    writeFileSync(path, Buffer.alloc(3000, "no film"));
    const node = await testNode();
    const id = await addFile(node.library, path);
    const media = new HlsService();
    onTestFinished(() => media.close());
    const { url, bugs } = await serveVideos({
      library: node.library,
      watch: (...asked) => node.node.watch(...asked),
      media,
    });
    const facts = (await (await fetch(url(id, "info.json"))).json()) as VideoFacts;
    expect(facts).toMatchObject({ container: null, tracks: [], isDirect: false, bytes: 3000 });
    expect(facts.problem).toMatch(/\w/);
    expect((await fetch(url(id, "hls/master.m3u8"))).status).toBe(404);
    expect((await fetch(url(id, "x"))).status).toBe(200);
    expect(bugs).toEqual([]);
  });
});

describe("HLS over HTTP", () => {
  test("has right types, is kept as long as it may be, and is the same each time", async () => {
    const { id, url, port, bugs } = await serve("plain.mp4");
    const master = await fetch(url(id, "hls/master.m3u8"));
    expect(master.headers.get("content-type")).toBe("application/vnd.apple.mpegurl");
    expect(master.headers.get("access-control-allow-origin")).toBe("*");
    expect(await master.text()).toMatch(/^#EXTM3U/);
    const list = await (await fetch(url(id, "hls/t1.m3u8"))).text();
    const named = [...list.matchAll(/^t1\/\S+$|URI="(t1\/[^"]+)"/gm)].map(([line, uri]) => uri ?? line);
    expect(named.length).toBeGreaterThanOrEqual(2);
    const http = new RawHttp(port);
    for (const name of named) {
      const target = new URL(url(id, `hls/${name}`)).pathname;
      const { status, headers, body, isCut } = await http.ask("GET", target);
      expect([status, isCut, headers.get("content-type")]).toEqual([200, false, "video/mp4"]);
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      const etag = headers.get("etag") as string;
      expect(etag).toMatch(/^"[\w.-]+"$/);
      expect((await http.ask("GET", target, [`If-None-Match: ${etag}`])).status).toBe(304);
      expect((await http.ask("GET", target, ['If-Match: "x"'])).status).toBe(412);
      const head = await http.ask("HEAD", target);
      expect([head.status, head.headers.get("etag")]).toEqual([200, etag]);
      expect(Buffer.compare((await http.ask("GET", target)).body, body)).toBe(0);
    }
    http.close();
    expect(bugs).toEqual([]);
  });
});

describe("the names of HLS", () => {
  test("leave out the tracks that a viewer cannot play", async () => {
    const { id, url } = await serve("two-audios.mkv");
    const master = async (query: string): Promise<Response> => fetch(url(id, `hls/master.m3u8${query}`));
    const all = await (await master("")).text();
    const some = await (await master("?tracks=1,2")).text();
    expect(all).toContain("t3.m3u8");
    expect(some).not.toContain("t3.m3u8");
    expect(await (await master("?tracks=2,1,1")).text()).toBe(some);
    for (const query of [
      "?tracks=",
      "?tracks=a",
      "?tracks=1,,2",
      "?tracks=-1",
      `?tracks=${"1,".repeat(99)}1`,
      "?tracks=1&tracks=2",
    ])
      expect([query, (await master(query)).status]).toEqual([query, 400]);
  });

  test("have the subtitle file beside the video as text, of another type than any page", async () => {
    const stage = await serve("plain.mp4", "elsewhere");
    const { tracks } = await factsOf(stage);
    const { number } = tracks.find(({ kind }) => kind === "subtitle") as { number: number };
    const answer = await fetch(stage.url(stage.id, `hls/t${number}/0.vtt`));
    expect(answer.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
    expect(await answer.text()).toMatch(/^WEBVTT[\s\S]*Olá/);
    expect(stage.bugs).toEqual([]);
  });

  test("are those that playlists name, and no others", async () => {
    const { id, url, bugs } = await serve("plain.mp4");
    const wrong = [
      "",
      "master.m3u",
      "t0.m3u8",
      "t01.m3u8",
      "t99.m3u8",
      "t1/init.m4s",
      "t1/00.m4s",
      "t1/99999.m4s",
      "t1/0.vtt",
      "t9/0.m4s",
    ];
    for (const name of [...wrong, "t1/-1.m4s", "t1/0.m4s/x", "t1/../master.m3u8x", `t1/${"9".repeat(400)}.m4s`])
      expect([name, (await fetch(url(id, `hls/${name}`))).status]).toEqual([name, 404]);
    expect((await fetch(url(id, "hls/master.m3u8"), { method: "POST" })).status).toBe(405);
    expect(bugs).toEqual([]);
  });
});

describe.skipIf(!isThere("ffprobe"))("ffprobe, over HTTP", () => {
  const packets = async (input: string, stream: string): Promise<number> => {
    const args = [
      "-v",
      "error",
      "-count_packets",
      "-select_streams",
      stream,
      "-show_entries",
      "stream=nb_read_packets",
    ];
    const { stdout } = await run("ffprobe", [...args, "-of", "csv=p=0", input]);
    return Number.parseInt(stdout, 10);
  };

  test.for([
    ["plain.mp4", "here"],
    ["quick.mov", "elsewhere"],
    ["two-audios.mkv", "elsewhere"],
    ["picture.webm", "here"],
    ["fragmented.mp4", "elsewhere"],
    ["stream.mpegts", "elsewhere"],
  ] as const)("reads all packets of %s, held %s, from its bytes and from its HLS", async ([fixture, where]) => {
    const { id, url, path, bugs } = await serve(fixture, where);
    const original = await packets(path, "v:0");
    expect(original).toBeGreaterThan(0);
    expect(await packets(url(id, fixture), "v:0")).toBe(original);
    expect(await packets(url(id, "hls/master.m3u8"), "v:0")).toBe(original);
    expect(bugs).toEqual([]);
  });
});
