import { once } from "node:events";
import { connect as connectTcp, createServer as createTcpServer, type Socket, type TcpNetConnectOpts } from "node:net";
import { type ConnectionOptions, connect as connectTls, createServer as createTlsServer } from "node:tls";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { tls } from "@libp2p/tls";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import { NETWORK } from "../../src/core/limits.ts";
import type { Carrier } from "../../src/node/carrier.ts";
import { makeCertificate } from "../../src/node/certificate.ts";
import { connectDirect } from "../../src/node/direct-client.ts";
import { startDirectServer } from "../../src/node/direct-server.ts";
import { DIRECT_TLS } from "../../src/node/direct-tls.ts";
import { carrierOverLibp2p } from "../../src/node/libp2p-carrier.ts";

/** What bytes go over, in the benchmark of the carriers. */
export type LinkKind = "tcp" | "tls" | "direct" | "direct, two parts" | "libp2p";

/** Sends a header and a body, and calls back when both buffers are free again. */
export type SendBlock = (header: Uint8Array, block: Uint8Array, onSent: () => void) => void;

/** How the sender is reached: as much text as goes through a command line. */
export type LinkAddress = Record<string, string>;

/** Listens, says where, and calls `onLink` with what the first to come is sent with. `block` holds the header before the body. */
export async function listen(kind: LinkKind, onLink: (send: SendBlock) => void): Promise<LinkAddress> {
  if (kind === "libp2p") {
    const node = await makeNode();
    await node.handle("/bench/1", (stream) => onLink(whole(carrierOverLibp2p(stream, "receiver"))));
    return { address: node.getMultiaddrs()[0]?.toString() ?? "" };
  }
  if (kind === "tcp" || kind === "tls") {
    const { certificate, key } = makeCertificate();
    const onSocket = (socket: Socket): void => onLink((_, block, onSent) => void socket.write(block, () => onSent()));
    const server =
      kind === "tcp"
        ? createTcpServer({ noDelay: true }, onSocket)
        : createTlsServer({ ...DIRECT_TLS, cert: certificate, key, noDelay: true }, onSocket);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { port: String((server.address() as { port: number }).port) };
  }
  const server = await startDirectServer({
    host: "127.0.0.1",
    port: 0,
    onCarrier: (carrier) => onLink(kind === "direct" ? whole(carrier) : inParts(carrier)),
  });
  const offer = server.offer("receiver");
  if (offer === undefined) throw new Error("no offer");
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  return { port: String(offer.port), fingerprint: hex(offer.fingerprint), token: hex(offer.token) };
}

const whole =
  (carrier: Carrier): SendBlock =>
  (_, block, onSent) =>
    carrier.send([block], onSent);

const inParts =
  (carrier: Carrier): SendBlock =>
  (header, block, onSent) =>
    carrier.send([header, block.subarray(header.length)], onSent);

/** Connects, and passes on the number of bytes of all that comes. */
export async function receive(kind: LinkKind, address: LinkAddress, onBytes: (bytes: number) => void): Promise<void> {
  const sink = { bytes: (view: Uint8Array): void => onBytes(view.length), ended: (): void => undefined };
  if (kind === "libp2p") {
    const node = await makeNode();
    const connection = await node.dial(multiaddr(address["address"]));
    carrierOverLibp2p(await connection.newStream("/bench/1"), "sender").start(sink);
    return;
  }
  const port = Number(address["port"]);
  if (kind === "tcp" || kind === "tls") {
    const buffer = Buffer.allocUnsafeSlow(65_536);
    const callback = (count: number): boolean => {
      onBytes(count);
      return true;
    };
    const onread = { buffer, callback };
    const options: TcpNetConnectOpts & ConnectionOptions = { host: "127.0.0.1", port, noDelay: true, onread };
    if (kind === "tcp") connectTcp(options);
    else connectTls({ ...DIRECT_TLS, ...options, rejectUnauthorized: false });
    return;
  }
  const fromHex = (name: string): Uint8Array => Buffer.from(address[name] ?? "", "hex");
  const offer = { port, fingerprint: fromHex("fingerprint"), token: fromHex("token") };
  const carrier = await connectDirect({ host: "127.0.0.1", offer, peer: "sender", timeoutMs: 5000 });
  if ("type" in carrier) throw new Error(carrier.reason);
  carrier.start(sink);
}

const makeNode = (): Promise<Libp2p> =>
  createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [tls()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: NETWORK.maxStreamWindowBytes } })],
    services: { identify: identify(), ping: ping() },
  });
