import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { Random } from "../property/support/random.ts";
import { SEED } from "../property/support/seed.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { RawHttp } from "./support/raw-http.ts";
import { addFile, type TestNode, testNode } from "./support/running-node.ts";
import { serveVideos } from "./support/video-http.ts";

const MIB = 1_048_576;

/** A file of a test, with bytes of its own. */
function madeFile(bytes: number, name: string): { path: string; content: Uint8Array } {
  const path = join(tempFolder(), name);
  const content = someBytes(bytes, 3);
  writeFileSync(path, content);
  return { path, content };
}

/** Asks for random ranges on several connections, each of which stays open. @returns those that were answered wrong */
async function randomRanges(port: number, id: Uint8Array, content: Uint8Array, count: number): Promise<string[]> {
  const random = new Random(SEED);
  const wrong: string[] = [];
  const asked = Array.from({ length: count }, () => {
    const start = random.below(content.length);
    // Mostly short ones, as of indexes and subtitles; some over several chunks.
    const most = random.oneIn(50) ? 3 * MIB : 40_000;
    return { start, end: Math.min(content.length, start + 1 + random.below(most)) };
  });
  const ask = async (): Promise<void> => {
    const http = new RawHttp(port);
    for (let one = asked.pop(); one !== undefined; one = asked.pop()) {
      const { start, end } = one;
      const { status, body, headers } = await http.ask("GET", `/v/${toBase32(id)}/a`, [
        `Range: bytes=${start}-${end - 1}`,
      ]);
      const isRight = status === 206 && Buffer.compare(body, content.subarray(start, end)) === 0;
      if (!isRight || headers.get("connection") === "close") wrong.push(`SEED=${SEED}: ${start}-${end - 1}: ${status}`);
    }
    http.close();
  };
  await Promise.all(Array.from({ length: 4 }, ask));
  return wrong;
}

describe("random ranges have exactly the bytes of the file", () => {
  test("10,000 of a file that is held", async () => {
    const { path, content } = madeFile(9 * MIB + 12_345, "film.mkv");
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const { port, bugs } = await serveVideos(holder.node);
    expect(await randomRanges(port, id, content, 10_000)).toEqual([]);
    expect(bugs).toEqual([]);
  });

  test("1,000 of a file that only others hold, while it comes, one of whom goes", async () => {
    const { path, content } = madeFile(24 * MIB + 999, "film.mkv");
    const holders = await Promise.all([1, 2, 3].map(() => testNode({ uploadBytesPerSecond: 4 * MIB })));
    const ids = await Promise.all(holders.map(({ library }) => addFile(library, path)));
    const viewer = await testNode({ join: holders.map(({ address }) => address) });
    const { port, bugs } = await serveVideos(viewer.node);
    const ranges = randomRanges(port, ids[0] as Uint8Array, content, 1000);
    await expect.poll(() => viewer.node.fetches()[0]?.heldChunks ?? 0, { timeout: 20_000 }).toBeGreaterThan(2);
    await (holders[0] as TestNode).stop();
    expect(await ranges).toEqual([]);
    expect(bugs).toEqual([]);
  });
});

describe("the address", () => {
  test("takes any name, which decides nothing", async () => {
    const { path, content } = madeFile(5000, "Férias.mp4");
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const { port } = await serveVideos(holder.node);
    const [text, hex] = [toBase32(id), Buffer.from(id).toString("hex")];
    const targets = [
      ...["", "/", "/film.html", "/F%C3%A9rias%202019.mp4", "/..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/key"],
      ...[
        "/a/b/c.mkv",
        "/?token=1",
        "/x?a=b&a=c#d",
        `/${"n".repeat(4000)}`,
        "/%00",
        "/<script>",
        "/CON.mp4",
        "/*",
        "/hls",
      ],
    ].map((name) => `/v/${text}${name}`);
    const http = new RawHttp(port);
    for (const target of [...targets, `/v/${text.toUpperCase()}/a`, `/v/${hex}/a`]) {
      const { status, headers, body } = await http.ask("GET", target);
      expect([target, status, headers.get("content-type")]).toEqual([target, 200, "video/mp4"]);
      expect(Buffer.compare(body, content)).toBe(0);
      expect(headers.get("content-disposition")).toBe(
        "inline; filename=\"Ferias.mp4\"; filename*=UTF-8''F%C3%A9rias.mp4",
      );
      expect(headers.get("etag")).toBe(`"${text}"`);
    }
    http.close();
  });

  test("that names no video is not found, or is no address", async () => {
    const node = await testNode();
    const { port, bugs } = await serveVideos(node.node);
    const http = new RawHttp(port);
    const text = toBase32(new Uint8Array(32).fill(3));
    const not = [
      ...[
        "/v/",
        "/v/a/b",
        `/v/${text.slice(1)}/a`,
        `/v/${text}a/a`,
        `/v/${"1".repeat(52)}/a`,
        `/v/${text}/hls/`,
        "/v/..%2f/a",
      ],
    ];
    for (const target of [...not, `/v/${text}%00/a`])
      expect([target, (await http.ask("GET", target)).status]).toEqual([target, 404]);
    expect((await http.ask("GET", `/v/${text}/%ff%zz`)).status).toBe(400);
    http.close();
    expect(bugs).toEqual([]);
  });
});

describe("an answer", () => {
  test("of what others call a page is never a page", async () => {
    const { path } = madeFile(5000, "evil.html");
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const { port } = await serveVideos(holder.node);
    const http = new RawHttp(port);
    const { headers } = await http.ask("GET", `/v/${toBase32(id)}/evil.mp4`);
    expect(headers.get("content-type")).toBe("application/octet-stream");
    expect(headers.get("content-disposition")).toMatch(/^attachment; filename="evil.html"/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toMatch(/^sandbox;/);
    http.close();
  });

  test("gives HEAD what it gives GET, without the bytes", async () => {
    const { path, content } = madeFile(70_000, "film.webm");
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const { port } = await serveVideos(holder.node);
    const http = new RawHttp(port);
    const target = `/v/${toBase32(id)}/film.webm`;
    const head = await http.ask("HEAD", target);
    const get = await http.ask("GET", target);
    const known = (headers: ReadonlyMap<string, string>): object => ({ ...Object.fromEntries(headers), date: "" });
    expect(known(head.headers)).toEqual(known(get.headers));
    expect(head.headers.get("content-length")).toBe(String(content.length));
    http.close();
  });
});
