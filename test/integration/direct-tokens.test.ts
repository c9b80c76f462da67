import { randomBytes } from "node:crypto";
import { createServer as createTcpServer } from "node:net";
import { createServer } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { NETWORK } from "../../src/core/limits.ts";
import { makeCertificate } from "../../src/node/certificate.ts";
import { connectDirect } from "../../src/node/direct-client.ts";
import { type DirectOffer, TOKEN_BYTES, WELCOME } from "../../src/node/direct-messages.ts";
import { directServer, rawTls, untilClosed } from "./support/direct.ts";

const dial = (
  offer: DirectOffer,
  more: { timeoutMs?: number; signal?: AbortSignal } = {},
): ReturnType<typeof connectDirect> =>
  connectDirect({ host: "127.0.0.1", offer, peer: "the holder", timeoutMs: 5000, ...more });

/** What a port answers to a token, until it closes. */
async function show(port: number, ...bytes: Uint8Array[]): Promise<Buffer> {
  const socket = await rawTls(port);
  for (const part of bytes) socket.write(part);
  return untilClosed(socket);
}

const offered = (offer: DirectOffer | undefined): DirectOffer => {
  if (offer === undefined) throw new Error("no offer");
  return offer;
};

describe("a token", () => {
  test("makes a carrier of the peer that it was made for, with the bytes behind it", async () => {
    const { server, carriers } = await directServer();
    const { token, port } = offered(server.offer("12D3alice"));
    const socket = await rawTls(port);
    // In three pieces, and the fetch protocol right behind it.
    socket.write(token.subarray(0, 1));
    socket.write(token.subarray(1, 20));
    socket.write(Buffer.concat([token.subarray(20), Buffer.from("hello")]));
    const [first] = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
    expect(first).toBe(WELCOME);
    expect(carriers.map(({ peer, kind }) => [peer, kind])).toEqual([["12D3alice", "direct"]]);
    const came = await new Promise<string>((resolve) =>
      carriers[0]?.start({ bytes: (view) => resolve(Buffer.from(view).toString()), ended: () => undefined }),
    );
    expect([came, server.unproven, server.carriers]).toEqual(["hello", 0, 1]);
  });

  test.each<[string, (token: Uint8Array) => Uint8Array]>([
    ["with one bit changed", (token) => token.with(31, (token[31] as number) ^ 1)],
    ["of random bytes", () => randomBytes(TOKEN_BYTES)],
    ["of zeros", () => new Uint8Array(TOKEN_BYTES)],
  ])("%s closes the socket without a byte, and leaves the right one good", async (_, change) => {
    const { server, carriers } = await directServer();
    const offer = offered(server.offer("alice"));
    expect(await show(offer.port, change(offer.token))).toHaveLength(0);
    expect([carriers.length, server.counters.wrongToken]).toEqual([0, 1]);
    expect(await dial({ ...offer, token: change(offer.token) })).toMatchObject({ code: "refused" });
    expect(await dial(offer)).toMatchObject({ kind: "direct", peer: "the holder" });
  });

  test("is good once", async () => {
    const { server, carriers } = await directServer();
    const offer = offered(server.offer("alice"));
    expect(await dial(offer)).toMatchObject({ kind: "direct" });
    expect(await dial(offer)).toMatchObject({ type: "direct-problem", code: "refused" });
    expect([carriers.length, server.counters.wrongToken]).toEqual([1, 1]);
  });

  test("is good for ten seconds", async () => {
    const { server, clock } = await directServer();
    const [early, late] = [offered(server.offer("alice")), offered(server.offer("alice"))];
    clock.nowMs = NETWORK.directOfferMs - 1;
    expect(await dial(early)).toMatchObject({ kind: "direct" });
    clock.nowMs = NETWORK.directOfferMs;
    expect(await dial(late)).toMatchObject({ code: "refused" });
  });

  test("of another holder is refused, and of another peer makes a carrier of that peer alone", async () => {
    const [one, other] = [await directServer(), await directServer()];
    const [here, there] = [offered(one.server.offer("alice")), offered(other.server.offer("alice"))];
    expect(await dial({ ...here, token: there.token })).toMatchObject({ code: "refused" });
    const bob = offered(one.server.offer("bob"));
    expect(await dial({ ...here, token: bob.token })).toMatchObject({ kind: "direct" });
    expect(one.carriers.map(({ peer }) => peer)).toEqual(["bob"]);
  });
});

describe("tokens", () => {
  test("are out for at most four sockets of a peer and 256 in all, until they have run out", async () => {
    const { server, clock } = await directServer();
    const offers = Array.from({ length: 6 }, () => server.offer("alice"));
    expect(offers.filter((offer) => offer !== undefined)).toHaveLength(NETWORK.maxDirectPerPeer);
    expect(new Set(offers.slice(0, 4).map((offer) => Buffer.from(offered(offer).token).toString("hex"))).size).toBe(4);
    const others = Array.from({ length: 300 }, (_, index) => server.offer(`peer ${index}`));
    expect(others.filter((offer) => offer !== undefined)).toHaveLength(NETWORK.maxDirectOffers - 4);
    clock.nowMs = NETWORK.directOfferMs;
    expect(server.offer("alice")).toBeDefined();
  });

  test("are not made for a peer that has four carriers, until one has ended", async () => {
    const { server, carriers } = await directServer();
    for (let count = 0; count < NETWORK.maxDirectPerPeer; count++)
      expect(await dial(offered(server.offer("alice")))).toMatchObject({ kind: "direct" });
    expect(server.offer("alice")).toBeUndefined();
    await new Promise<void>((resolve) => {
      carriers[0]?.start({ bytes: () => undefined, ended: () => resolve() });
      carriers[0]?.destroy();
    });
    await expect.poll(() => server.offer("alice")).toBeDefined();
  });
});

describe("a client", () => {
  test("shows its token to no other certificate", async () => {
    const { server } = await directServer();
    const { certificate, key } = makeCertificate();
    const came: Buffer[] = [];
    const impostor = createServer({ cert: certificate, key }, (socket) => {
      socket.on("data", (part: Buffer) => came.push(part));
      socket.on("error", () => undefined);
    });
    onTestFinished(() => void impostor.close());
    const closed = new Promise((resolve) => impostor.on("connection", (socket) => socket.on("close", resolve)));
    await new Promise<void>((resolve) => impostor.listen(0, "127.0.0.1", resolve));
    const { port } = impostor.address() as { port: number };
    expect(await dial({ ...offered(server.offer("alice")), port })).toMatchObject({
      type: "direct-problem",
      code: "certificate",
    });
    await closed;
    expect(came).toEqual([]);
  });

  test("says why there is no carrier: nobody listens, nobody answers, or it is not wanted any more", async () => {
    const { server } = await directServer();
    const offer = offered(server.offer("alice"));
    const silent = createTcpServer();
    onTestFinished(() => void silent.close());
    silent.on("connection", (socket) => onTestFinished(() => void socket.destroy()));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    expect(await dial({ ...offer, port }, { timeoutMs: 100 })).toMatchObject({ code: "timeout" });
    const abort = new AbortController();
    const dialled = dial({ ...offer, port }, { signal: abort.signal });
    abort.abort();
    expect(await dialled).toMatchObject({ code: "aborted" });
    expect(await dial(offer, { signal: AbortSignal.abort() })).toMatchObject({ code: "aborted" });
    await server.close();
    expect(await dial(offer)).toMatchObject({ code: "unreachable" });
    expect(server.offer("alice")).toBeUndefined();
  });
});
