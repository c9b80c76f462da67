import { describe, expect } from "vitest";
import { chunkInfo, get, hello, response } from "./support/messages.ts";
import { test } from "./support/stage.ts";

const hexOf = (text: string): string => text.replaceAll(" ", "");

describe("a live peer, byte for byte", () => {
  test("answers and floods the contract's captured messages with the contract's", async ({ stage }) => {
    const neighbour = await stage.probe();
    const peer = await stage.peer(5001, stage.keyValues("kv", { 1: "one", 2: "\x10", 3: "three" }), neighbour.address);
    const client = await stage.probe(0xa687, "127.0.0.1");
    await client.send("0001 0003 0001 0003 0009", peer.address);
    expect(await client.next()).toMatchObject({ hex: hexOf("0003 0002 0001 0003"), from: peer.address });
    const query = await neighbour.next();
    expect(query).toMatchObject({ hex: hexOf("0002 7f000001 a687 0003 0003 0001 0003 0009"), from: peer.address });
    await client.send("0004 0002 0001 0002", peer.address);
    expect(await client.next()).toMatchObject({ hex: response(1, Buffer.from("one")).toString("hex") });
    expect(await client.next()).toMatchObject({ hex: hexOf("0005 0002 0001 10"), from: peer.address });
  });

  test("sends the contract's forwarded Query, and its ChunkInfo to the client named in it", async ({ stage }) => {
    const [from, to] = [await stage.probe(), await stage.probe()];
    const kv = stage.keyValues("kv", { 1: "one", 3: "three" });
    const peer = await stage.peer(5001, kv, from.address, to.address);
    const client = await stage.probe(0xa687, "127.0.0.1");
    await from.send("0002 7f000001 a687 0003 0003 0001 0003 0009", peer.address);
    expect(await to.next()).toMatchObject({
      hex: hexOf("0002 7f000001 a687 0002 0003 0001 0003 0009"),
      from: peer.address,
    });
    expect(await client.next()).toMatchObject({ hex: hexOf("0003 0002 0001 0003"), from: peer.address });
    expect(await from.gather(200), "neither an answer nor the question comes back").toEqual([]);
  });
});

describe.concurrent("a live peer, asked for chunks", () => {
  test("sends them in the order asked, skipping what it does not hold", async ({ stage }) => {
    const peer = await stage.peer(5001, stage.keyValues("kv", { 0: "zero", 7: "", 9: "nine", 65535: "last" }));
    const client = await stage.probe();
    await client.send(get(65535, 4, 9, 0, 8, 7), peer.address);
    const came = [await client.next(), await client.next(), await client.next(), await client.next()];
    const wanted = [response(65535, Buffer.from("last")), response(9, Buffer.from("nine"))];
    wanted.push(response(0, Buffer.from("zero")), response(7, Buffer.alloc(0)));
    expect(came.map(({ hex }) => hex)).toEqual(wanted.map((bytes) => bytes.toString("hex")));
    expect(new Set(came.map(({ from }) => from))).toEqual(new Set([peer.address]));
    expect(await client.gather(150)).toEqual([]);
  });

  test("sends all of a Get that names 500, in its order, so paced that none is lost", async ({ stage }) => {
    const ids = Array.from({ length: 500 }, (_, index) => 500 - index);
    stage.write("film", Buffer.alloc(1024 * 501, "film"));
    stage.write("kv", ids.map((id) => `${id}: film#bytes=${1024 * id}-${1024 * id + 1023}`).join("\n"));
    const peer = await stage.peer(5001, "kv");
    const client = await stage.probe();
    await client.send(get(...ids), peer.address);
    const came = [];
    for (const _ of ids) came.push((await client.next()).bytes.readUInt16BE(2));
    expect(came).toEqual(ids);
  });

  test("does so for two clients at the same time", async ({ stage }) => {
    const peer = await stage.peer(5001, stage.keyValues("kv", { 1: "one", 2: "two" }));
    const [first, second] = [await stage.probe(), await stage.probe()];
    await Promise.all([first.send(get(1), peer.address), second.send(get(2), peer.address)]);
    expect((await first.next()).bytes.toString("latin1").slice(6)).toBe("one");
    expect((await second.next()).bytes.toString("latin1").slice(6)).toBe("two");
  });

  test("says nothing when it holds nothing of what is wanted, and only what it holds otherwise", async ({ stage }) => {
    const peer = await stage.peer(5001, stage.keyValues("kv", { 1: "one", 2: "two" }));
    const client = await stage.probe();
    await client.send(hello(3, 4), peer.address);
    await client.send(get(3), peer.address);
    await client.send(hello(), peer.address);
    expect(await client.gather(250)).toEqual([]);
    await client.send(hello(9, 2, 8), peer.address);
    expect((await client.next()).hex).toBe(chunkInfo(2).toString("hex"));
  });

  test("takes lists with bytes behind them, and no list that is shorter than it says", async ({ stage }) => {
    const peer = await stage.peer(5001, stage.keyValues("kv", { 1: "one" }));
    const client = await stage.probe();
    await client.send("0001 0002 0001", peer.address);
    await client.send("0001 0001 00", peer.address);
    await client.send("0004 ffff 0001", peer.address);
    await client.send("0003 0001 0001", peer.address);
    await client.send("0006 0001 0001", peer.address);
    await client.send("00", peer.address);
    await client.send("", peer.address);
    expect(await client.gather(250)).toEqual([]);
    await client.send("0001 0001 0001 beef", peer.address);
    expect((await client.next()).hex).toBe(chunkInfo(1).toString("hex"));
    await client.send("0004 0001 0001 beef", peer.address);
    expect((await client.next()).hex).toBe(response(1, Buffer.from("one")).toString("hex"));
  });
});
