import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { NETWORK } from "../../src/core/limits.ts";
import { connectDirect } from "../../src/node/direct-client.ts";
import { startDirectServer } from "../../src/node/direct-server.ts";
import { directServer, rawTls, untilClosed } from "./support/direct.ts";

async function rawTcp(port: number, localAddress = "127.0.0.1"): Promise<Socket> {
  const socket = connectTcp({ host: "127.0.0.1", port, localAddress });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

describe("the direct server's TLS", () => {
  test("is 1.3 with AES-128-GCM, and nothing older", async () => {
    const { server } = await directServer();
    const socket = await rawTls(server.port);
    expect([socket.getProtocol(), socket.getCipher().standardName]).toEqual(["TLSv1.3", "TLS_AES_128_GCM_SHA256"]);
    const old = connect({ host: "127.0.0.1", port: server.port, rejectUnauthorized: false, maxVersion: "TLSv1.2" });
    const [error] = (await once(old, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
    expect(server.counters.handshake).toBe(1);
  });

  test("resumes no session: the certificate is shown on every socket", async () => {
    const { server, carriers } = await directServer();
    const sessions: Buffer[] = [];
    const connected = async (session?: Buffer): Promise<boolean> => {
      const offer = server.offer("alice");
      const socket = await rawTls(server.port, session === undefined ? {} : { session });
      socket.on("session", (one) => sessions.push(one));
      socket.write(offer?.token ?? "");
      await once(socket, "data");
      const isResumed = socket.isSessionReused();
      expect(socket.getPeerX509Certificate()?.raw.length).toBeGreaterThan(100);
      socket.destroy();
      return isResumed;
    };
    expect(await connected()).toBe(false);
    // OpenSSL may still give out numbers of sessions: they are good for nothing.
    const first = [...sessions];
    for (const session of first) expect(await connected(session)).toBe(false);
    expect(carriers).toHaveLength(1 + first.length);
  });
});

describe("a socket that has shown no token", () => {
  test("is closed after three seconds: silent ones, half a handshake, half a token", async () => {
    const { server } = await directServer();
    const atMs = performance.now();
    const sockets = [await rawTcp(server.port), await rawTcp(server.port), await rawTls(server.port)];
    sockets[1]?.write(Buffer.from("160301020001", "hex"));
    sockets[2]?.write(Buffer.alloc(31));
    const came = await Promise.all(sockets.map((socket) => untilClosed(socket)));
    const tookMs = performance.now() - atMs;
    expect(came.map(({ length }) => length)).toEqual([0, 0, 0]);
    expect(tookMs).toBeGreaterThan(NETWORK.unprovenSocketMs - 50);
    expect(tookMs).toBeLessThan(NETWORK.unprovenSocketMs + 1500);
    expect([server.unproven, server.counters.late]).toEqual([0, 3]);
  });

  test("is closed at once with 1 KiB of rubbish, in TLS or not", async () => {
    const { server } = await directServer();
    const atMs = performance.now();
    const plain = await rawTcp(server.port);
    plain.write(Buffer.alloc(1024, "x"));
    await untilClosed(plain);
    const secure = await rawTls(server.port);
    secure.write(Buffer.alloc(1024, "x"));
    expect(await untilClosed(secure)).toHaveLength(0);
    expect(performance.now() - atMs).toBeLessThan(1000);
    expect([server.unproven, server.counters.handshake, server.counters.wrongToken]).toEqual([0, 1, 1]);
  });

  test("is one of 64, and of 16 from one address; carriers are made again when they have gone", async () => {
    const { server } = await directServer();
    const sockets: Socket[] = [];
    for (let index = 0; index < 400; index++) {
      sockets.push(await rawTcp(server.port, `127.0.0.${2 + (index % 10)}`));
      expect(server.unproven).toBeLessThanOrEqual(NETWORK.maxUnprovenSockets);
    }
    await expect.poll(() => server.counters.crowded).toBe(400 - NETWORK.maxUnprovenSockets);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => server.unproven).toBe(0);
    const alone = await Promise.all(Array.from({ length: 20 }, () => rawTcp(server.port)));
    await expect.poll(() => server.counters.crowded).toBe(400 - NETWORK.maxUnprovenSockets + 4);
    expect(server.unproven).toBe(NETWORK.maxUnprovenSocketsPerAddress);
    for (const socket of alone) socket.destroy();
    await expect.poll(() => server.unproven).toBe(0);
    const offer = server.offer("alice");
    if (offer === undefined) throw new Error("no offer");
    expect(await connectDirect({ host: "127.0.0.1", offer, peer: "holder", timeoutMs: 5000 })).toMatchObject({
      kind: "direct",
    });
  });
});

test("a port that is taken is said in words", async () => {
  const { server } = await directServer();
  await expect(
    startDirectServer({ host: "127.0.0.1", port: server.port, onCarrier: () => undefined }),
  ).rejects.toMatchObject({ name: "CardumeError", code: "port-unavailable", exitCode: 5 });
});
