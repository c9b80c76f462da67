import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { GATEWAY } from "../../src/core/limits.ts";
import { askOn, beginOn, change, type ServedWeb, servedWeb } from "../unit/gateway/served-web.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { noise } from "./support/library-cli.ts";
import { addOne } from "./support/library-stage.ts";

interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** One who listens, and what it was told. */
class Listening {
  readonly answer: IncomingMessage;
  readonly events: SentEvent[] = [];
  #rest = "";

  constructor(answer: IncomingMessage) {
    this.answer = answer;
    answer.setEncoding("utf8");
    answer.on("data", (text: string) => this.#take(text));
    answer.on("error", () => {});
    onTestFinished(() => void answer.destroy());
  }

  static async on({ web }: ServedWeb, lastId?: string): Promise<Listening> {
    const headers = lastId === undefined ? {} : { "last-event-id": lastId };
    const answer = await beginOn(web, { path: "/api/v1/events", headers });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
    const listening = new Listening(answer);
    await expect.poll(() => listening.events.length).toBeGreaterThan(0);
    return listening;
  }

  of(type: string): Record<string, unknown>[] {
    return this.events.filter((event) => event.type === type).map(({ data }) => data);
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split("\n\n");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) {
      const fields = Object.fromEntries(part.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
      if (fields["event"] !== undefined)
        this.events.push({ id: fields["id"], type: fields["event"], data: JSON.parse(fields["data"]) });
    }
  }
}

const ID = new Uint8Array(32).fill(9);

const came = (peer: string, name = "sala"): Parameters<ServedWeb["hub"]["told"]>[0] => ({
  ...{ type: "neighbour", change: "came", peer, name, address: "/ip4/10.0.0.1/tcp/1" },
});

describe("who listens is told", () => {
  test("first that it has to look, then of neighbours as they come and go", async () => {
    const served = await servedWeb();
    const listening = await Listening.on(served);
    expect(listening.events).toMatchObject([{ type: "hello", data: { missed: true } }]);
    served.hub.told(came("12D3a"));
    const neighbour = { change: "came", peer: "12D3a", name: "sala", address: "/ip4/10.0.0.1/tcp/1" };
    await expect.poll(() => listening.of("neighbour")).toEqual([neighbour]);
    served.hub.told({ ...came("12D3a"), change: "went" } as Parameters<ServedWeb["hub"]["told"]>[0]);
    await expect.poll(() => listening.of("neighbour")).toEqual([neighbour, { ...neighbour, change: "went" }]);
  });

  test("of videos that are added, verified and removed, whoever asked for it", async () => {
    const served = await servedWeb();
    const listening = await Listening.on(served);
    const path = join(tempFolder(), "film.mp4");
    writeFileSync(path, noise(50_000));
    const headers = { authorization: `Bearer ${served.token}` };
    await askOn(served.web, change("/api/v1/videos", headers, { paths: [path] }));
    await expect
      .poll(() => listening.of("video"))
      .toMatchObject([{ change: "added", video: { title: "film", bytes: 50_000 } }]);
    const id = listening.of("video")[0]?.["id"] as string;
    await askOn(served.web, change(`/api/v1/videos/${id}/verify`, headers));
    await expect.poll(() => listening.of("video").at(-1)).toMatchObject({ change: "held", id, video: { held: 1 } });
    await askOn(served.web, { method: "DELETE", path: `/api/v1/videos/${id}`, headers });
    await expect.poll(() => listening.of("video").at(-1)).toEqual({ change: "removed", id, video: null });
  });
});

describe("who listens while something is fetched is told", () => {
  test("how far it is no more often than five times a second, and always of its end", async () => {
    const served = await servedWeb();
    served.node.fetch({ id: ID });
    const [running] = served.node.running;
    if (running === undefined) throw new Error("nothing is fetched");
    const listening = await Listening.on(served);
    const startedAt = performance.now();
    let bytes = 0;
    const moving = setInterval(() => {
      running.now = { ...running.now, phase: "fetching", receivedBytes: ++bytes };
    }, 5);
    await expect.poll(() => listening.of("fetch").length, { timeout: 5000 }).toBeGreaterThan(5);
    clearInterval(moving);
    const most = (performance.now() - startedAt) / GATEWAY.eventGapMs + 2;
    expect(listening.of("fetch").length).toBeLessThanOrEqual(most);
    expect(listening.of("fetch").at(-1)).toMatchObject({ id: toBase32(ID), phase: "fetching" });
    running.end("complete");
    served.hub.told({ type: "fetch-ended", result: await running.done });
    await expect.poll(() => listening.of("fetch-ended")).toMatchObject([{ outcome: "complete", missing: [] }]);
  });

  test("of the video when it becomes known, once", async () => {
    const served = await servedWeb();
    const path = join(tempFolder(), "film.mp4");
    writeFileSync(path, noise(50_000));
    const listening = await Listening.on(served);
    // Asked for while nobody knows it; then the library does, as when a manifest comes.
    const { library } = served;
    const get = library.get.bind(library);
    let isThere = false;
    library.get = (wanted) => (isThere ? get(wanted) : Promise.resolve(undefined));
    const id = await addOne(library, path);
    served.node.fetch({ id });
    const [running] = served.node.running;
    if (running === undefined) throw new Error("nothing is fetched");
    await expect.poll(() => listening.of("fetch").length).toBeGreaterThan(0);
    isThere = true;
    running.now = { ...running.now, phase: "fetching", chunks: 1 };
    await expect.poll(() => listening.of("video")).toMatchObject([{ change: "added", id: toBase32(id) }]);
    running.end("complete");
    served.hub.told({ type: "fetch-ended", result: await running.done });
    await expect.poll(() => listening.of("video").at(-1)).toMatchObject({ change: "held" });
  });
});

describe("who comes back", () => {
  test("gets the latest of what it has missed, and nothing twice", async () => {
    const served = await servedWeb();
    const first = await Listening.on(served);
    served.hub.told(came("12D3a"));
    await expect.poll(() => first.of("neighbour")).toHaveLength(1);
    first.answer.destroy();
    await expect.poll(() => served.hub.listeners).toBe(0);
    for (let at = 0; at < 100; at++) served.hub.told(came("12D3b", `name ${at}`));
    const second = await Listening.on(served, first.events.at(-1)?.id);
    await expect.poll(() => second.events.length).toBe(2);
    expect(second.events).toMatchObject([
      { type: "hello", data: { missed: false } },
      { type: "neighbour", data: { peer: "12D3b", name: "name 99" } },
    ]);
  });

  test("after too much, or to another process, has to look anew", async () => {
    const served = await servedWeb();
    const first = await Listening.on(served);
    first.answer.destroy();
    for (let at = 0; at < GATEWAY.maxEventsKept + 10; at++) served.hub.told(came(`12D3-${at}`));
    const late = await Listening.on(served, first.events.at(-1)?.id);
    await expect.poll(() => late.events).toMatchObject([{ data: { missed: false } }, { data: { missed: true } }]);
    const other = await Listening.on(served, "another.3");
    expect(other.events).toMatchObject([{ type: "hello", data: { missed: true } }]);
    const odd = await Listening.on(served, "x\ty");
    expect(odd.events).toMatchObject([{ type: "hello", data: { missed: true } }]);
  });
});

test("a listener that does not read gets no backlog when it reads again, but the latest", async () => {
  const served = await servedWeb();
  const listening = await Listening.on(served);
  listening.answer.pause();
  const name = "x".repeat(20_000);
  for (let at = 0; at < 5000; at++) {
    served.hub.told(came(`12D3-${at % 500}`, `${name} ${at}`));
    if (at % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  listening.answer.resume();
  const last = (): number =>
    Math.max(...listening.of("neighbour").map(({ name: text }) => Number(String(text).split(" ")[1])));
  await expect.poll(last, { timeout: 10_000 }).toBe(4999);
  expect(listening.of("neighbour").length).toBeLessThan(2500);
});

test("there are no more listeners than the bound, and one that goes makes room", async () => {
  const served = await servedWeb();
  const all: Listening[] = [];
  for (let at = 0; at < GATEWAY.maxEventListeners; at++) all.push(await Listening.on(served));
  const { status, text } = await askOn(served.web, { path: "/api/v1/events" });
  expect([status, JSON.parse(text)]).toMatchObject([503, { code: "too-many-requests" }]);
  all[0]?.answer.destroy();
  await expect.poll(() => served.hub.listeners).toBe(GATEWAY.maxEventListeners - 1);
  await Listening.on(served);
});

test("a gateway that closes ends its listeners", async () => {
  const served = await servedWeb();
  const listening = await Listening.on(served);
  const ended = new Promise((resolve) => listening.answer.once("close", resolve));
  await served.web.close();
  await ended;
  await expect.poll(() => served.hub.listeners).toBe(0);
});
