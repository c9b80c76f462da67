import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { CardumeError } from "../../src/core/errors.ts";
import { NETWORK } from "../../src/core/limits.ts";
import { foundVideo } from "../unit/gateway/scripted-node.ts";
import { ask, begin, json, linesIn, serveNode } from "../unit/gateway/served-node.ts";

const ID = new Uint8Array(32).fill(9);

const errorOf = (text: string): unknown => JSON.parse(text);

describe("a request that is wrong gets an error with a code, and changes nothing:", () => {
  const cases: readonly (readonly [string, Parameters<typeof ask>[1], number, string])[] = [
    ["a path that is none", { path: "/nothing" }, 404, "path-unknown"],
    ["a path outside", { path: "/../../etc/passwd" }, 404, "path-unknown"],
    ["a method that is not for it", { method: "POST", path: "/status" }, 405, "method-not-allowed"],
    ["a change by GET", { path: "/shutdown" }, 405, "method-not-allowed"],
    [
      "another method, with a body of any kind",
      { method: "PUT", path: "/videos", body: "x" },
      405,
      "method-not-allowed",
    ],
    ["no JSON", json("POST", "/peers", undefined), 400, "request-invalid"],
    [
      "half of a JSON",
      { method: "POST", path: "/peers", headers: { "content-type": "application/json" }, body: '{"address":' },
      400,
      "request-invalid",
    ],
    [
      "what a form of a web page sends",
      { method: "POST", path: "/shutdown", headers: { "content-type": "text/plain" }, body: "{}" },
      415,
      "content-type-unsupported",
    ],
    ["no body at all", { method: "POST", path: "/shutdown" }, 400, "request-invalid"],
    ["a field too many", json("POST", "/peers", { address: "a", more: 1 }), 400, "request-invalid"],
    ["a field of another kind", json("POST", "/peers", { address: 5 }), 400, "request-invalid"],
    ["an address that is too long", json("POST", "/peers", { address: "a".repeat(600) }), 400, "request-invalid"],
    ["a body that is too large", json("POST", "/peers", { address: "a".repeat(100_000) }), 413, "body-too-large"],
    ["an id that is none", { path: "/videos/abc" }, 400, "request-invalid"],
    ["no paths to add", json("POST", "/videos", { paths: [] }), 400, "request-invalid"],
    ["neither id nor words", { path: "/find" }, 400, "request-invalid"],
    ["id and words", { path: `/find?id=${toBase32(ID)}&words=a` }, 400, "request-invalid"],
    ["a range that is none", { path: `/videos/${toBase32(ID)}/bytes?from=-1` }, 400, "request-invalid"],
    ["a link that is cut", json("POST", "/fetches", { id: toBase32(ID), link: "cardume:abc" }), 400, "link-truncated"],
    [
      "too many holders",
      json("POST", "/fetches", { id: toBase32(ID), holders: Array(2000).fill({}) }),
      400,
      "request-invalid",
    ],
    ["a video that is not there", { path: `/videos/${toBase32(ID)}` }, 404, "video-unknown"],
    ["a peer that cannot be reached", json("POST", "/peers", { address: "203.0.113.1:1" }), 502, "peer-unreachable"],
    ["announcing without a hash table", json("POST", "/announce", {}), 409, "dht-off"],
  ];
  test.for(cases)("%s", async ([, asked, status, code]) => {
    const served = await serveNode();
    const answer = await ask(served.control.path, asked);
    expect([answer.status, errorOf(answer.text)]).toMatchObject([
      status,
      { code, status, type: `urn:cardume:${code}`, title: expect.any(String), detail: expect.any(String) },
    ]);
    expect((errorOf(answer.text) as { exitCode: number }).exitCode).toBeGreaterThan(0);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect([served.shutdowns, served.node.targets, served.bugs]).toEqual([0, [], []]);
  });

  test("and a refused method says which ones there are", async () => {
    const { control } = await serveNode();
    const { headers } = await ask(control.path, { method: "PATCH", path: "/videos" });
    expect(headers.allow?.split(", ").sort()).toEqual(["GET", "POST"]);
  });
});

describe("who asks slowly", () => {
  test("and never ends its head, or its body, is not waited for longer than the bound", async () => {
    const { control } = await serveNode();
    const startedAt = performance.now();
    const slow = [
      "GET /api/v1/status HTTP/1.1\r\nHost: x\r\n",
      "POST /api/v1/peers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
    ];
    await Promise.all(
      slow.map(async (text) => {
        const socket = connect(control.path);
        socket.on("error", () => {});
        socket.write(text);
        socket.resume();
        await once(socket, "close");
      }),
    );
    const ms = performance.now() - startedAt;
    expect(ms).toBeGreaterThan(NETWORK.apiRequestMs - 1000);
    expect(ms).toBeLessThan(NETWORK.apiRequestMs + 5000);
  });
});

describe("a search", () => {
  test("is told of while it goes on, and stopped when the one who asked goes", async () => {
    const { control, node } = await serveNode();
    node.answers = [foundVideo(ID), new Promise(() => {})];
    const answer = await begin(control.path, { path: "/find?words=f%C3%A9rias&enough=3" });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/x-ndjson"]);
    const [line] = (await once(answer, "data")) as [Buffer];
    expect(linesIn(line.toString())).toEqual([{ ...foundVideo(ID), id: toBase32(ID) }]);
    expect([node.asked, node.isFindStopped]).toEqual([["find férias 3"], false]);
    answer.destroy();
    await expect.poll(() => node.isFindStopped).toBe(true);
  });

  test("that fails on its way says so in its last line", async () => {
    const { control, node } = await serveNode();
    const { promise, reject } = Promise.withResolvers<never>();
    node.answers = [foundVideo(ID), promise];
    const answer = await begin(control.path, { path: `/find?id=${toBase32(ID)}` });
    answer.setEncoding("utf8");
    const [first] = (await once(answer, "data")) as [string];
    reject(new CardumeError("disk-failed", "the disk is broken", { exitCode: 5 }));
    let rest = "";
    for await (const part of answer) rest += part as string;
    expect(linesIn(first)).toHaveLength(1);
    expect(linesIn(rest)).toMatchObject([
      { error: { code: "disk-failed", detail: "the disk is broken", exitCode: 5 } },
    ]);
  });
});

const fetchIt = json("POST", "/fetches", { id: toBase32(ID), holders: [{ ...foundVideo(ID), id: toBase32(ID) }] });

describe("a fetch", () => {
  test("is followed to its end", async () => {
    const { control, node } = await serveNode();
    const answer = await begin(control.path, fetchIt);
    answer.setEncoding("utf8");
    const [first] = (await once(answer, "data")) as [string];
    expect(linesIn(first)).toMatchObject([{ progress: { id: toBase32(ID), phase: "finding", leftMs: null } }]);
    expect(node.targets).toEqual([{ id: ID, holders: [foundVideo(ID)] }]);
    expect(JSON.parse((await ask(control.path, { path: "/fetches" })).text)).toMatchObject({
      fetches: [{ title: "film" }],
    });
    const [running] = node.running;
    if (running === undefined) throw new Error("nothing was fetched");
    const holder = {
      peer: "p",
      name: "n",
      carrier: undefined,
      roundTripMs: 4.5,
      state: "gone",
      reason: "silent",
      receivedBytes: 5,
      bytesPerSecond: 0,
      heldChunks: 1,
    } as const;
    running.now = { ...running.now, phase: "fetching", bytes: 9, heldBytes: 3, holders: [holder] };
    const [next] = (await once(answer, "data")) as [string];
    expect(linesIn(next)).toMatchObject([
      { progress: { phase: "fetching", holders: [{ carrier: null, reason: "silent" }] } },
    ]);
    running.end("missing", [3, 4]);
    let rest = "";
    for await (const part of answer) rest += part as string;
    expect(linesIn(rest).at(-1)).toMatchObject({
      result: { outcome: "missing", missing: [3, 4], progress: { phase: "ended" } },
    });
    expect(running.stops).toBe(0);
  });

  test("is stopped for a follower who goes, and not for the others", async () => {
    const { control, node } = await serveNode();
    const [one, other] = [await begin(control.path, fetchIt), await begin(control.path, fetchIt)];
    other.resume();
    one.destroy();
    await expect.poll(() => node.running[0]?.stops).toBe(1);
    expect(node.running[1]?.stops).toBe(0);
  });
});

describe("a fetch that goes badly:", () => {
  test("one whose follower does not read costs no memory, and is told the latest when it reads again", async () => {
    const { control, node } = await serveNode();
    const answer = await begin(control.path, fetchIt);
    answer.pause();
    const [running] = node.running;
    if (running === undefined) throw new Error("nothing was fetched");
    let asked = 0;
    const progress = running.progress.bind(running);
    running.progress = () => {
      asked++;
      return { ...progress(), title: "x".repeat(200_000) };
    };
    await expect.poll(() => asked, { timeout: 5000 }).toBeGreaterThan(1);
    // What a socket and its streams hold: no more is made up until that is read.
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(asked - before).toBeLessThan(5);
    running.end("complete");
    let rest = "";
    answer.setEncoding("utf8");
    for await (const part of answer) rest += part as string;
    expect(linesIn(rest).at(-1)).toMatchObject({ result: { outcome: "complete" } });
  });

  test("one that the machine refuses says so", async () => {
    const { control, node } = await serveNode();
    node.onFetch = (fetch) => fetch.fail(new CardumeError("disk-full", "the disk is full", { exitCode: 5 }));
    const { text } = await ask(control.path, fetchIt);
    expect(linesIn(text).at(-1)).toMatchObject({
      error: { code: "disk-full", detail: "the disk is full", exitCode: 5 },
    });
  });
});

test("a node says who it is, how it is, and stops when told", async () => {
  const served = await serveNode();
  const { control, library, folder } = served;
  const hello = {
    peerId: "12D3KooWScripted",
    folder,
    publisher: toBase32(library.publisher),
    pid: process.pid,
    gateway: null,
  };
  expect(JSON.parse((await ask(control.path, { path: "/" })).text)).toEqual(hello);
  expect(JSON.parse((await ask(control.path, { path: "/status" })).text)).toMatchObject({ name: "sala", known: 7 });
  const answer = await ask(control.path, json("POST", "/shutdown", {}));
  expect([answer.status, JSON.parse(answer.text)]).toEqual([202, { stopping: true }]);
  await expect.poll(() => served.shutdowns).toBe(1);
});
