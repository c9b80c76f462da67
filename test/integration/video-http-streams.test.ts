import { describe, expect, test, vi } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { CardumeError } from "../../src/core/errors.ts";
import { WATCH } from "../../src/core/limits.ts";
import type { VideoParts } from "../../src/gateway/video-service.ts";
import { ScriptedViewing, type ViewingScript } from "../unit/gateway/scripted-viewing.ts";
import { RawHttp } from "./support/raw-http.ts";
import { type ServedVideos, serveVideos } from "./support/video-http.ts";

const MIB = 1_048_576;
const NOT_HERE: VideoParts["library"] = { get: () => Promise.resolve(undefined) };
const UNKNOWN = `/v/${toBase32(new Uint8Array(32).fill(1))}/a`;

/** A gateway with one video. */
async function serve(
  script: ViewingScript,
  bytes = 24 * MIB,
): Promise<ServedVideos & { viewing: ScriptedViewing; target: string }> {
  const viewing = new ScriptedViewing(bytes, script);
  const served = await serveVideos({ library: NOT_HERE, watch: () => Promise.resolve(viewing) });
  return { ...served, viewing, target: `/v/${toBase32(viewing.manifest.id)}/film.mp4` };
}

const settled = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000, interval: 10 });

describe("a body", () => {
  test("is read no faster than it is taken, whatever it is long", async () => {
    const { port, viewing, target } = await serve({});
    const http = new RawHttp(port);
    http.send("GET", target);
    http.socket.pause();
    await settled(() => expect(viewing.pieces).toBeGreaterThan(0));
    // What the sockets of both sides hold is the system's; behind it no more than a piece on each side.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = viewing.pieces;
    expect(before).toBeLessThan(16);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(viewing.pieces).toBe(before);
    http.socket.resume();
    const { body, isCut } = await http.answer("GET");
    expect(isCut).toBe(false);
    expect(Buffer.compare(body, viewing.content)).toBe(0);
    await settled(() => expect(viewing.open.size).toBe(0));
    http.close();
  });

  test("of somebody who has gone has no reader any more, at once", async () => {
    const { port, viewing, target, videos, bugs } = await serve({});
    const http = new RawHttp(port);
    http.send("GET", target);
    http.socket.pause();
    await settled(() => expect(viewing.open.size).toBe(1));
    http.close();
    await settled(() => expect(viewing.open.size).toBe(0));
    expect(videos.openVideos).toBe(1);
    expect(bugs).toEqual([]);
  });
});

describe("a body that goes wrong", () => {
  test("since its first byte does not come ends with whoever wanted it", async () => {
    const { port, viewing, target } = await serve({ before: () => new Promise(() => {}) });
    const http = new RawHttp(port);
    http.send("GET", target);
    await settled(() => expect(viewing.open.size).toBe(1));
    http.close();
    await settled(() => expect(viewing.open.size).toBe(0));
  });

  test.for([
    [
      "fails",
      {
        before: (at: number) =>
          at > 4 * MIB ? Promise.reject(new CardumeError("chunks-missing", "gone", { exitCode: 1 })) : undefined,
      },
    ],
    ["is shorter than it should be", { keptBack: 5 }],
  ] as const)("that %s in its middle is cut, and never looks whole", async ([, script]) => {
    const { port, viewing, target } = await serve(script as ViewingScript);
    const http = new RawHttp(port);
    const { status, body, isCut } = await http.ask("GET", target);
    expect(status).toBe(200);
    expect(isCut).toBe(true);
    expect(Buffer.compare(body, viewing.content.subarray(0, body.length))).toBe(0);
    await http.ended();
    await settled(() => expect(viewing.open.size).toBe(0));
  });

  test("that fails before its first byte is an error in words, and the connection goes on", async () => {
    let isFailing = true;
    const fail = (): Promise<never> =>
      Promise.reject(new CardumeError("chunks-missing", "nobody has it", { exitCode: 1 }));
    const { port, target } = await serve({ before: () => (isFailing ? fail() : undefined) }, 5000);
    const http = new RawHttp(port);
    const failed = await http.ask("GET", target);
    expect(failed.status).toBe(502);
    expect(JSON.parse(failed.body.toString())).toMatchObject({
      status: 502,
      code: "chunks-missing",
      detail: "nobody has it",
    });
    for (const name of ["etag", "content-range", "accept-ranges"]) expect(failed.headers.get(name)).toBe(undefined);
    expect(failed.headers.get("cache-control")).toBe("no-store");
    isFailing = false;
    expect((await http.ask("GET", target)).body.length).toBe(5000);
    http.close();
  });
});

describe("readers", () => {
  test("are opened for bodies only", async () => {
    const { port, viewing, target } = await serve({}, 5000);
    const http = new RawHttp(port);
    await http.ask("GET", target);
    expect([viewing.opened, viewing.reads]).toEqual([1, [[0, 5000]]]);
    await http.ask("HEAD", target);
    await http.ask("GET", target, ["Range: bytes=9000-"]);
    expect(viewing.opened).toBe(1);
    http.close();
  });

  test("beyond as many as a fetch has are refused for now", async () => {
    const { port, viewing, target } = await serve({}, 24 * MIB);
    const all = Array.from({ length: WATCH.maxBodiesPerVideo }, () => new RawHttp(port));
    for (const one of all) {
      one.send("GET", target);
      one.socket.pause();
    }
    await settled(() => expect(viewing.open.size).toBe(WATCH.maxBodiesPerVideo));
    const http = new RawHttp(port);
    const { status, headers } = await http.ask("GET", target);
    expect([status, headers.get("retry-after")]).toEqual([503, "5"]);
    all.pop()?.close();
    await settled(() => expect(viewing.open.size).toBe(WATCH.maxBodiesPerVideo - 1));
    http.send("GET", target);
    await settled(() => expect(viewing.open.size).toBe(WATCH.maxBodiesPerVideo));
    for (const one of [...all, http]) one.close();
    await settled(() => expect(viewing.open.size).toBe(0));
  });
});

describe("a video that cannot be opened", () => {
  test.for([
    ["video-unknown", 3, 404],
    ["peer-unreachable", 4, 502],
    ["chunks-missing", 1, 502],
    ["disk-full", 5, 503],
  ] as const)("with %s is answered with a problem: exit code %i is status %i", async ([code, exitCode, status]) => {
    const watch = (): Promise<never> => Promise.reject(new CardumeError(code, "said in words", { exitCode }));
    const { port } = await serveVideos({ library: NOT_HERE, watch });
    const http = new RawHttp(port);
    const answer = await http.ask("GET", UNKNOWN, ["Range: bytes=0-"]);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      status,
      "application/problem+json; charset=utf-8",
    ]);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code, detail: "said in words", status });
    const head = await http.ask("HEAD", UNKNOWN);
    expect([head.status, head.headers.get("etag")]).toEqual([status, undefined]);
    http.close();
  });

  test("in time is a gateway's time-out, and the search ends with the last who waits", async () => {
    let searches = 0;
    let ended = 0;
    const watch: VideoParts["watch"] = (_, options) => {
      searches++;
      options?.signal?.addEventListener("abort", () => ended++);
      return new Promise(() => {});
    };
    const { port, videos } = await serveVideos({ library: NOT_HERE, watch }, { openMs: 400 });
    const [one, other] = [new RawHttp(port), new RawHttp(port)];
    one.send("HEAD", UNKNOWN);
    other.send("GET", UNKNOWN);
    await settled(() => expect(videos.openVideos).toBe(1));
    one.close();
    const { status, body } = await other.answer("GET");
    expect([status, searches, ended]).toEqual([504, 1, 1]);
    expect(JSON.parse(body.toString())).toMatchObject({ code: "video-late" });
    other.send("GET", UNKNOWN);
    await settled(() => expect(searches).toBe(2));
    other.close();
    await settled(() => expect([ended, videos.openVideos]).toEqual([2, 0]));
  });

  test("because too many are is told so, and one that nobody watches makes room", async () => {
    const all = new Map<string, ScriptedViewing>();
    const made = [1, 2, 3].map((bytes) => new ScriptedViewing(bytes * 1000));
    for (const one of made) all.set(toBase32(one.manifest.id), one);
    const watch: VideoParts["watch"] = ({ id }) => Promise.resolve(all.get(toBase32(id)) as ScriptedViewing);
    const { port, videos } = await serveVideos({ library: NOT_HERE, watch }, { maxVideos: 2 });
    const http = new RawHttp(port);
    for (const name of all.keys()) expect((await http.ask("GET", `/v/${name}/a`)).status).toBe(200);
    expect(videos.openVideos).toBe(2);
    await settled(() => expect(made.map(({ closes }) => closes)).toEqual([1, 0, 0]));
    http.close();
  });
});

describe("another site's page", () => {
  const FOREIGN = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"];

  test("cannot have a video fetched that is not here, unless a person follows its link", async () => {
    const { port, target, viewing } = await serve({}, 5000);
    const http = new RawHttp(port);
    expect((await http.ask("GET", target, FOREIGN)).status).toBe(403);
    expect((await http.ask("GET", target.replace("film.mp4", "hls/master.m3u8"), FOREIGN)).status).toBe(403);
    expect((await http.ask("GET", target.replace("film.mp4", "info.json"), FOREIGN)).status).toBe(403);
    expect(viewing.opened).toBe(0);
    expect((await http.ask("GET", target, ["Sec-Fetch-Site: cross-site", "Sec-Fetch-User: ?1"])).status).toBe(200);
    for (const site of ["same-origin", "same-site", "none"])
      expect((await http.ask("GET", target, [`Sec-Fetch-Site: ${site}`])).status).toBe(200);
    http.close();
  });
});
