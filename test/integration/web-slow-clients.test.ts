import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { GATEWAY, NETWORK } from "../../src/core/limits.ts";
import type { Routes } from "../../src/gateway/api-server.ts";
import { askOn, beginOn, servedWeb } from "../unit/gateway/served-web.ts";

const MIB = 2 ** 20;
const FILM = Buffer.alloc(MIB, 7);

/** A film of 64 MiB that counts what was read of it, a short one, and one that has to be waited for. */
function film(): { routes: Routes; read: () => number; begun: () => number } {
  let parts = 0;
  let films = 0;
  function* bytes(): Generator<Buffer> {
    films++;
    for (let at = 0; at < 64; at++) {
      parts++;
      yield FILM;
    }
  }
  const routes: Routes = (server) => {
    server.get("/v/long", (_request, reply) =>
      reply.type("video/mp4").send(Readable.from(bytes(), { objectMode: false })),
    );
    server.get("/v/short", (_request, reply) => reply.type("video/mp4").send(FILM.subarray(0, 65_536)));
    server.get("/v/late", (_request, reply) => {
      const waiting = new PassThrough();
      waiting.write("first");
      setTimeout(() => waiting.end("last"), 2500);
      return reply.type("video/mp4").send(waiting);
    });
  };
  return { routes, read: () => parts * MIB, begun: () => films };
}

/** A connection that is open; what becomes of it is the test's to see. */
async function opened(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

const head = (path: string, port: number): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

/** How long each of so many short requests took, in ms. */
async function played(web: Parameters<typeof askOn>[0], times: number): Promise<number[]> {
  const took: number[] = [];
  for (let at = 0; at < times; at++) {
    const startedAt = performance.now();
    const { status, text } = await askOn(web, { path: "/v/short" });
    expect([status, text.length]).toEqual([200, 65_536]);
    took.push(performance.now() - startedAt);
  }
  return took.sort((a, b) => a - b);
}

const p95 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.95)] ?? Infinity;

describe("an honest player is served promptly", () => {
  test("while a thousand idle connections are there, of which no more than the bound are kept", async () => {
    const { web } = await servedWeb({ routes: [film().routes] });
    let gone = 0;
    for (let at = 0; at < 10; at++) {
      const some = await Promise.all(Array.from({ length: 100 }, () => opened(web.port)));
      for (const socket of some) socket.resume().once("close", () => gone++);
    }
    expect(p95(await played(web, 40))).toBeLessThan(500);
    await expect.poll(() => gone).toBeGreaterThanOrEqual(1000 - GATEWAY.maxConnections);
  });

  test("while a thousand others send their heads a byte at a time, and those are let go in time", async () => {
    const { web } = await servedWeb({ routes: [film().routes] });
    const slow: Socket[] = [];
    let gone = 0;
    for (let at = 0; at < 10; at++) {
      const some = await Promise.all(Array.from({ length: 100 }, () => opened(web.port)));
      slow.push(...some);
      for (const socket of some) {
        socket.resume().once("close", () => gone++);
        socket.write("GET / HTTP/1.1\r\nX: ");
      }
    }
    const dripping = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write("x");
    }, 500);
    onTestFinished(() => clearInterval(dripping));
    expect(p95(await played(web, 40))).toBeLessThan(500);
    await expect.poll(() => gone, { timeout: NETWORK.apiRequestMs + 5000 }).toBe(1000);
  });

  test("while others ask and do not read: those that have stalled make room", async () => {
    const { routes, begun } = film();
    const { web } = await servedWeb({ routes: [routes], bounds: { maxConnections: 20, stalledForRoomMs: 3000 } });
    const slow = await Promise.all(Array.from({ length: 20 }, () => opened(web.port)));
    for (const socket of slow) {
      socket.pause();
      socket.write(head("/v/long", web.port));
    }
    await expect.poll(begun).toBe(20);
    const status = async (): Promise<number> =>
      (await askOn(web, { path: "/v/short" }).catch(() => ({ status: 0 }))).status;
    expect(await status(), "while they may still be reading").toBe(0);
    // It is looked every 2 s whose bytes move.
    await expect.poll(status, { timeout: 10_000 }).toBe(200);
    expect(await played(web, 10)).toHaveLength(10);
  });
});

describe("a reader that takes nothing", () => {
  test("holds back what is read for it, and is let go after the bound", async () => {
    const { routes, read } = film();
    const { web } = await servedWeb({ routes: [routes], bounds: { stalledMediaMs: 1500 } });
    const socket = await opened(web.port);
    let isGone = false;
    socket.pause();
    socket.write(head("/v/long", web.port));
    await expect.poll(read).toBeGreaterThan(0);
    socket.once("close", () => {
      isGone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect([read() < 16 * MIB, isGone]).toEqual([true, false]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    // What was under way comes, and then the end: much less than the film.
    let bytes = 0;
    for await (const part of socket) bytes += (part as Buffer).length;
    expect(bytes).toBeLessThan(32 * MIB);
  });

  test("is not one that waits for the gateway", async () => {
    const { routes } = film();
    const { web } = await servedWeb({ routes: [routes], bounds: { stalledMediaMs: 500 } });
    expect((await askOn(web, { path: "/v/late" })).text).toBe("firstlast");
  });

  test("is not one that reads slowly", async () => {
    const { routes } = film();
    const { web } = await servedWeb({ routes: [routes], bounds: { stalledMediaMs: 1000 } });
    const answer = await beginOn(web, { path: "/v/long" });
    let bytes = 0;
    for await (const part of answer) {
      bytes += (part as Buffer).length;
      if (bytes < 24 * MIB) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(bytes).toBe(64 * MIB);
  });
});

describe("a connection", () => {
  test("without a request is closed after the bound, and one after its answer, too", async () => {
    const { web } = await servedWeb({ bounds: { idleHttpMs: 500, stalledApiMs: 500 } });
    const [idle, after] = [await opened(web.port), await opened(web.port)];
    after.write(head("/healthz", web.port));
    const startedAt = performance.now();
    await Promise.all([idle, after].map((socket) => once(socket.resume(), "close")));
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });

  test("with many requests at once is let go", async () => {
    const { web, node } = await servedWeb();
    node.answers = [new Promise(() => {})];
    const socket = await opened(web.port);
    socket.write(head("/api/v1/find?words=a", web.port).repeat(200));
    await once(socket.resume(), "close");
    expect(node.asked.length).toBeLessThanOrEqual(GATEWAY.maxRequestsAtOnce);
    expect((await askOn(web, { path: "/healthz" })).status).toBe(200);
  });

  test("that never says more than half a request is answered 408 and closed", async () => {
    const { web } = await servedWeb();
    const socket = await opened(web.port);
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    socket.write("POST /api/v1/peers HTTP/1.1\r\nHost: ");
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toMatch(/\r\nx-content-type-options: nosniff\r\n/);
    expect(text).toMatch(/"code":"request-timeout"/);
  });
});
