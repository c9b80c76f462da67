import { createServer, type Server } from "node:net";
import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect } from "vitest";
import { startEngine } from "../../src/node/engine.ts";
import { peerIdOf } from "../../src/node/engine-key.ts";
import { connect, newKey } from "./support/fish.ts";
import { test } from "./support/shoal.ts";
import { until } from "./support/waiting.ts";

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });

describe("the engine", () => {
  test("has the identity of the library's key, and full addresses", async ({ shoal }) => {
    const key = newKey();
    const { engine } = await shoal.fish({ key });
    expect(engine.peerId).toBe(peerIdOf(key));
    expect(engine.addresses()).toEqual([
      expect.stringMatching(new RegExp(`^/ip4/127.0.0.1/tcp/\\d+/p2p/${engine.peerId}$`)),
    ]);
  });

  test("tells others the addresses it is told to announce, and none else", async ({ shoal }) => {
    const { engine } = await shoal.fish({ announce: ["127.0.0.1:4242"] });
    expect(engine.addresses()).toEqual([`/ip4/127.0.0.1/tcp/4242/p2p/${engine.peerId}`]);
  });

  test("says which port another program has, with exit code 5", async ({ shoal }) => {
    const server = createServer();
    const port = await listening(server);
    try {
      await expect(shoal.fish({ listen: [`127.0.0.1:${port}`] })).rejects.toMatchObject({
        code: "port-in-use",
        exitCode: 5,
        message: `/ip4/127.0.0.1/tcp/${port} is in use by another program; choose another port`,
      });
      await expect(shoal.fish({ listen: ["192.0.2.1:4001"] })).rejects.toMatchObject({ code: "address-not-here" });
    } finally {
      server.close();
    }
  });

  test("refuses addresses that are none before anything starts", async () => {
    const nothing = { key: newKey(), announce: [], mdns: false, dht: false, nat: false, maxPeers: 8, version: "0" };
    const options = { ...nothing, listen: ["somewhere"], isRefused: () => false, count: () => undefined };
    await expect(startEngine(options)).rejects.toMatchObject({ code: "address-invalid", exitCode: 2 });
  });

  test("gives nothing to a peer that is not the one it was told of", async ({ shoal }) => {
    const [here, there, other] = [await shoal.fish(), await shoal.fish(), await shoal.fish()];
    let streams = 0;
    there.links.listen({ opened: () => streams++ });
    await expect(here.engine.dial({ peer: other.peer, addresses: there.engine.addresses() })).rejects.toMatchObject({
      code: "peer-mismatch",
      exitCode: 4,
    });
    expect(here.engine.libp2p.getConnections()).toEqual([]);
    await until("the other side has let it go", () => there.engine.libp2p.getConnections().length === 0);
    expect(streams).toBe(0);
  });

  test("says that nobody is there", async ({ shoal }) => {
    const { engine } = await shoal.fish();
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    const target = { peer: undefined, addresses: [`/ip4/127.0.0.1/tcp/${port}`] };
    await expect(engine.dial(target)).rejects.toMatchObject({ code: "peer-unreachable", exitCode: 4 });
    await expect(engine.dial({ peer: undefined, addresses: [] })).rejects.toMatchObject({ code: "peer-unreachable" });
  });

  test("refuses a peer that is remembered for a lie, whoever dials", async ({ shoal }) => {
    const [here, liar] = [await shoal.fish(), await shoal.fish()];
    here.book.refuse(liar.peer, "wrong bytes", 60_000);
    await expect(connect(here, liar)).rejects.toMatchObject({ code: "peer-unreachable" });
    await expect(connect(liar, here)).rejects.toThrow();
    await until("no connection is left", () => here.engine.libp2p.getConnections().length === 0);
    expect(here.counts.get("connection-refused-liar")).toBeGreaterThan(0);
  });

  test("does not dial what strangers tell, unless it leads somewhere that one may go to", async ({ shoal }) => {
    const { engine, counts } = await shoal.fish();
    const stranger = peerIdOf(newKey());
    const bogons = ["/ip4/0.0.0.0/tcp/80", "/ip4/127.0.0.1/tcp/0", "/ip6/::/tcp/80", "/dns/localhost/tcp/80"];
    // As libp2p itself would, with addresses that the hash table or identify brought.
    await engine.libp2p.peerStore.merge(peerIdFromString(stranger), {
      multiaddrs: bogons.map((text) => multiaddr(text)),
    });
    await expect(engine.libp2p.dial(peerIdFromString(stranger))).rejects.toThrow(/denied/);
    expect(counts.get("dial-refused-address")).toBe(bogons.length);
  });
});
