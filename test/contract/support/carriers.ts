import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { tls } from "@libp2p/tls";
import { createLibp2p } from "libp2p";
import { NETWORK } from "../../../src/core/limits.ts";
import type { Carrier } from "../../../src/node/carrier.ts";
import { connectDirect } from "../../../src/node/direct-client.ts";
import { startDirectServer } from "../../../src/node/direct-server.ts";
import { carrierOverLibp2p } from "../../../src/node/libp2p-carrier.ts";

/** Two ends of one connection over loopback, and what makes more of them. */
export interface CarrierPairs {
  /** `client` dialled, `holder` was dialled. */
  pair(): Promise<{ client: Carrier; holder: Carrier }>;
  close(): Promise<void>;
}

/** Direct sockets of one server. */
export async function directPairs(): Promise<CarrierPairs> {
  const arrivals: ((carrier: Carrier) => void)[] = [];
  const server = await startDirectServer({
    host: "127.0.0.1",
    port: 0,
    onCarrier: (carrier) => arrivals.shift()?.(carrier),
  });
  let peers = 0;
  return {
    pair: async () => {
      const arrival = new Promise<Carrier>((resolve) => arrivals.push(resolve));
      const offer = server.offer(`client ${peers++}`);
      if (offer === undefined) throw new Error("no offer");
      const client = await connectDirect({ host: "127.0.0.1", offer, peer: "holder", timeoutMs: 5000 });
      if ("type" in client) throw new Error(`${client.code}: ${client.reason}`);
      return { client, holder: await arrival };
    },
    close: () => server.close(),
  };
}

const makeNode = (): ReturnType<typeof createLibp2p> =>
  createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [tls()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: NETWORK.maxStreamWindowBytes } })],
    services: { identify: identify(), ping: ping() },
  });

/** Streams of one connection between two libp2p nodes. */
export async function libp2pPairs(): Promise<CarrierPairs> {
  const [holderNode, clientNode] = await Promise.all([makeNode(), makeNode()]);
  const arrivals: ((carrier: Carrier) => void)[] = [];
  await holderNode.handle(
    "/carrier/1",
    (stream, { remotePeer }) => arrivals.shift()?.(carrierOverLibp2p(stream, remotePeer.toString())),
    { maxInboundStreams: 64 },
  );
  const connection = await clientNode.dial(holderNode.getMultiaddrs());
  return {
    pair: async () => {
      const arrival = new Promise<Carrier>((resolve) => arrivals.push(resolve));
      const stream = await connection.newStream("/carrier/1");
      return { client: carrierOverLibp2p(stream, holderNode.peerId.toString()), holder: await arrival };
    },
    close: async () => {
      await Promise.all([holderNode.stop(), clientNode.stop()]);
    },
  };
}
