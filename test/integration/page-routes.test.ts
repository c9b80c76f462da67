import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { PAGE } from "../../src/core/limits.ts";
import { EventHub } from "../../src/gateway/event-hub.ts";
import { type PageOptions, pageParts } from "../../src/gateway/page-parts.ts";
import { readToken } from "../../src/gateway/token-file.ts";
import { serveWeb } from "../../src/gateway/web-server.ts";
import { openLibrary } from "../../src/open-library.ts";
import type { Library } from "../../src/store/library.ts";
import { ScriptedNode } from "../unit/gateway/scripted-node.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { addFile, bytesOf } from "./support/running-node.ts";

const KEY = "k".repeat(24);
const BYTES = "application/octet-stream";
const DEMO = new URL("../../demo/shoal.mp4", import.meta.url).pathname;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Stage {
  readonly library: Library;
  readonly folder: string;
  readonly bugs: readonly unknown[];
  readonly web: string;
  send(method: string, path: string, body?: object, type?: string, headers?: Record<string, string>): Promise<Answer>;
}

/** A gateway with the page's routes over a real library. */
async function stage(options: PageOptions = {}): Promise<Stage> {
  const root = tempFolder();
  const page = join(root, "page");
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(page, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(page, "assets", "app-abc123.js"), `export const text = "${"a".repeat(3000)}";`);
  writeFileSync(join(page, "notes.txt"), "not of the page");
  const folder = join(root, "data");
  const library = await openLibrary({ folder });
  const node = new ScriptedNode(library);
  const hub = new EventHub(node);
  const bugs: unknown[] = [];
  const parts = await pageParts(node, hub.videoChanged, { folder: page, ...options });
  const web = await serveWeb({
    ...{ node, hub, shutdown: () => {}, onBug: (error) => bugs.push(error), routes: parts.routes },
    place: { host: "127.0.0.1", port: 0 },
    beforeRemove: (id) => parts.drop(id),
  });
  onTestFinished(async () => {
    await parts.close();
    await web.close();
    await library.close();
  });
  const token = await readToken(folder);
  const send: Stage["send"] = async (method, path, body, type = "application/json", more = {}) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": type }),
      ...more,
    };
    const sent =
      body instanceof Uint8Array ? new Blob([body.slice()]) : body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(new URL(path, web.address), { method, headers, body: sent });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  return { library, folder, bugs, web: web.address, send };
}

describe("the page's files", () => {
  test("index.html is never kept, hashed names for ever, compressed where asked, and nothing else is there", async () => {
    const { send } = await stage();
    const index = await send("GET", "/");
    expect([index.status, index.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(index.headers.get("content-security-policy")).toContain("script-src 'self'");
    const asset = await send("GET", "/assets/app-abc123.js");
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    const plain = await send("HEAD", "/assets/app-abc123.js", undefined, undefined, { "accept-encoding": "br;q=0" });
    expect([plain.headers.get("content-encoding"), Number(plain.headers.get("content-length"))]).toEqual([null, 3023]);
    const packed = await send("HEAD", "/assets/app-abc123.js", undefined, undefined, { "accept-encoding": "gzip, br" });
    expect(packed.headers.get("content-encoding")).toBe("br");
    for (const path of ["/notes.txt", "/index.html", "/assets/", "/..%2f..%2fdata%2ftoken", "/assets/../../data/key"])
      expect((await send("GET", path)).status).toBe(404);
  });
});

describe("an upload", () => {
  test("comes in pieces, goes on where it is, and is added under a safe name with exactly its bytes", async () => {
    const { send, library, folder, bugs } = await stage();
    const film = new Uint8Array(300_000).map((_, at) => (at * 7919) >> 3);
    const about = { name: "../../../etc/passwd\u202e<b>.mp4", bytes: film.length };
    const path = `/api/v1/uploads/${KEY}`;
    expect((await send("PUT", path, about)).status).toBe(200);
    await send("PATCH", `${path}?from=0`, film.subarray(0, 100_000), BYTES);
    const again = JSON.parse((await send("PUT", path, about)).text) as { readonly offset: number };
    expect(again.offset).toBe(100_000);
    const wrong = await send("PATCH", `${path}?from=50000`, film.subarray(0, 10), BYTES);
    expect([wrong.status, wrong.text]).toEqual([409, expect.stringContaining("upload-offset")]);
    expect((await send("POST", `${path}/add`, {})).text).toContain("upload-unfinished");
    expect((await send("PATCH", `${path}?from=100000`, new Uint8Array(200_001), BYTES)).status).toBe(413);
    // What was refused may have left its first bytes: the node says where it goes on.
    const { offset } = JSON.parse((await send("GET", path)).text) as { readonly offset: number };
    expect(offset).toBeGreaterThanOrEqual(100_000);
    await send("DELETE", path);
    await send("PUT", path, about);
    await send("PATCH", `${path}?from=0`, film, BYTES);
    expect((await send("POST", `${path}/add`, {})).text).toContain('"outcome":"added"');
    const [video] = await library.list();
    expect(video?.fileName).not.toMatch(/[/\\\u202e<>]/);
    expect(video?.source).toBeUndefined();
    expect(Buffer.compare(await bytesOf(library, video?.id as Uint8Array), film)).toBe(0);
    expect(readdirSync(`${folder}-uploads`)).toEqual([]);
    expect(bugs).toEqual([]);
  });

  test("is refused without a token, beyond the disk, beyond a count, and under a key that is a path", async () => {
    const { send, folder } = await stage();
    const about = { name: "a.mp4", bytes: 10 };
    const bare = { authorization: "" };
    expect((await send("PUT", `/api/v1/uploads/${KEY}`, about, undefined, bare)).status).toBe(401);
    const huge = await send("PUT", `/api/v1/uploads/${KEY}`, { name: "a.mp4", bytes: PAGE.maxUploadBytes });
    expect([huge.status, huge.text]).toEqual([503, expect.stringContaining("disk-full")]);
    for (const key of ["..%2f..%2fdata", "a", `${"k".repeat(23)}%2f`])
      expect((await send("PUT", `/api/v1/uploads/${key}`, about)).status).toBeGreaterThanOrEqual(400);
    for (let number = 0; number < PAGE.maxUploads; number++)
      await send("PUT", `/api/v1/uploads/${String(number).padStart(24, "0")}`, about);
    expect((await send("PUT", `/api/v1/uploads/${KEY}`, about)).text).toContain("too-many-requests");
    expect(existsSync(join(`${folder}-uploads`, KEY))).toBe(false);
  });
});

describe("background fetches and what is in sight", () => {
  test("a fetch is begun, listed, stopped and taken from the list, and goes with its video", async () => {
    const { send, library, bugs } = await stage();
    const id = "a".repeat(52);
    const bare = { authorization: "" };
    expect((await send("POST", "/api/v1/jobs", { id }, undefined, bare)).status).toBe(401);
    expect((await send("POST", "/api/v1/jobs", { id: "x" })).status).toBe(400);
    expect((await send("POST", "/api/v1/jobs", { id, link: "cardume:x" })).text).toContain("link-");
    expect(JSON.parse((await send("POST", "/api/v1/jobs", { id })).text)).toMatchObject({ id, state: "fetching" });
    const list = async (): Promise<unknown> => JSON.parse((await send("GET", "/api/v1/jobs")).text);
    expect(await list()).toMatchObject({ jobs: [{ id, state: "fetching", title: "film", nextTryAtMs: null }] });
    expect((await send("POST", `/api/v1/jobs/${id}/stop`, {})).text).toContain('"stopped"');
    expect((await send("POST", `/api/v1/jobs/${"b".repeat(51)}a/stop`, {})).status).toBe(404);
    expect((await send("DELETE", `/api/v1/jobs/${id}`)).status).toBe(200);
    expect(await list()).toEqual({ jobs: [] });
    const held = toBase32(await addFile(library, DEMO));
    await send("POST", "/api/v1/jobs", { id: held });
    expect((await send("DELETE", `/api/v1/videos/${held}`)).status).toBe(200);
    expect([await list(), bugs]).toEqual([{ jobs: [] }, []]);
  });

  test("what is seen is told of, what nobody knows is null, and no more is taken than a screen has", async () => {
    const { send, library } = await stage({ posters: true });
    const [id, strange] = [toBase32(await addFile(library, DEMO)), "a".repeat(52)];
    const sight = async (): Promise<unknown> =>
      JSON.parse((await send("GET", `/api/v1/sight?ids=${id},${strange},${id}`)).text);
    await expect.poll(sight, { timeout: 20_000 }).toEqual({
      videos: [
        { id, holders: null, isMore: false, hasPoster: true },
        { id: strange, holders: null, isMore: false, hasPoster: false },
      ],
      isLooking: false,
    });
    expect((await send("GET", "/api/v1/sight?ids=..%2f..")).status).toBe(400);
    expect((await send("GET", `/api/v1/sight?ids=${`${id},`.repeat(PAGE.maxVideosInSight + 1)}`)).status).toBe(400);
  });
});

describe("posters and shoals", () => {
  test("a poster is a JPEG of a video that is here, and goes when it is taken away", async () => {
    const { send, library } = await stage();
    const id = toBase32(await addFile(library, DEMO));
    const frame = [0xff, 0xc0, 0, 11, 8, 1, 104, 2, 128, 1, 1, 0x11, 0];
    const jpeg = Uint8Array.from([0xff, 0xd8, ...frame, 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]);
    const path = `/api/v1/posters/${id}`;
    expect((await send("PUT", path, jpeg, "image/jpeg")).status).toBe(200);
    const kept = await send("GET", path);
    expect([kept.status, kept.headers.get("content-type"), kept.headers.get("x-content-type-options")]).toEqual([
      ...[200, "image/jpeg", "nosniff"],
    ]);
    expect(JSON.parse((await send("GET", "/api/v1/posters")).text)).toEqual({ posters: [id] });
    const page = new TextEncoder().encode("<script>alert(1)</script>");
    expect((await send("PUT", path, page, "image/jpeg")).text).toContain("poster-invalid");
    expect((await send("PUT", path, new Uint8Array(PAGE.maxPosterBytes + 1), "image/jpeg")).status).toBe(413);
    expect((await send("PUT", `/api/v1/posters/${"a".repeat(52)}`, jpeg, "image/jpeg")).status).toBe(404);
    await send("DELETE", path);
    expect((await send("GET", path)).status).toBe(404);
  });

  test("a shoal is told with all its chunks, and ends when the video is to be removed", async () => {
    const { send, library, web } = await stage();
    const id = await addFile(library, DEMO);
    const url = new URL(`/api/v1/videos/${toBase32(id)}/shoal`, web);
    const reader = (await fetch(url)).body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? "";
    expect(text).toMatch(
      /^event: all\ndata: {"chunks":1,"bytes":361402,"chunkBytes":1048576,"held":\[\[0,1,-1\]\]}\n\n/,
    );
    // Nobody who looks on keeps a video from being removed.
    expect((await send("DELETE", `/api/v1/videos/${toBase32(id)}`)).status).toBe(200);
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) text += part.value;
    expect(text).toContain("event: news");
    expect((await send("GET", url.pathname)).status).toBe(404);
  });

  test("a video that is removed while its shoal is opened has none", async () => {
    const { send, library } = await stage();
    const id = await addFile(library, DEMO);
    const told = send("GET", `/api/v1/videos/${toBase32(id)}/shoal`);
    expect((await send("DELETE", `/api/v1/videos/${toBase32(id)}`)).status).toBe(200);
    const { text, status } = await told;
    expect([200, 404]).toContain(status);
    expect(text).toMatch(/^event: all\n|video-unknown/);
  });
});
