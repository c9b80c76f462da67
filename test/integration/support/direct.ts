import { once } from "node:events";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import type { Carrier } from "../../../src/node/carrier.ts";
import { type DirectServer, startDirectServer } from "../../../src/node/direct-server.ts";

/** A direct server on loopback with a clock that a test sets, and the carriers that came. */
export async function directServer(): Promise<{ server: DirectServer; carriers: Carrier[]; clock: { nowMs: number } }> {
  const carriers: Carrier[] = [];
  const clock = { nowMs: 0 };
  const server = await startDirectServer({
    host: "127.0.0.1",
    port: 0,
    onCarrier: (carrier) => carriers.push(carrier),
    nowMs: () => clock.nowMs,
  });
  onTestFinished(() => server.close());
  return { server, carriers, clock };
}

/** A TLS socket to a port that takes any certificate, and whatever goes wrong later. */
export async function rawTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  return socket;
}

/** Bytes that come until the other side ends it. */
export async function untilClosed(socket: NodeJS.ReadableStream & { readonly closed: boolean }): Promise<Buffer> {
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  if (!socket.closed) await new Promise((resolve) => socket.on("close", resolve));
  return Buffer.concat(parts);
}
