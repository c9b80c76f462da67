import { NETWORK } from "../core/limits.ts";
import { hostOf, parseListenAddress } from "./addresses.ts";
import { DIRECT_PROTOCOL, encodeDirectOffer } from "./direct-messages.ts";
import { type DirectServer, startDirectServer } from "./direct-server.ts";
import type { Engine } from "./engine-types.ts";
import { carrierOverLibp2p } from "./libp2p-carrier.ts";
import type { NodeOptions } from "./node-types.ts";
import { FETCH_PROTOCOL } from "./open-carrier.ts";
import type { ServeService } from "./serve-service.ts";

/** Takes the streams of clients over both carriers. */
export async function takeClients(
  engine: Engine,
  serve: ServeService,
  { listen, directPort, directAnnouncePort }: NodeOptions,
): Promise<DirectServer | undefined> {
  await engine.libp2p.handle(
    FETCH_PROTOCOL,
    (stream, connection) => serve.accept(carrierOverLibp2p(stream, connection.remotePeer.toString())),
    { maxInboundStreams: NETWORK.maxFetchStreamsPerConnection },
  );
  if (directPort === undefined || listen.length === 0) return undefined;
  const host = hostToListenOn(listen);
  const server = await startDirectServer({ host, port: directPort, onCarrier: (carrier) => serve.accept(carrier) });
  await engine.libp2p.handle(
    DIRECT_PROTOCOL,
    (stream, connection) => {
      const offer = server.offer(connection.remotePeer.toString());
      const told = offer && { ...offer, port: directAnnouncePort ?? offer.port };
      stream.send(encodeDirectOffer(told));
      stream.close().catch(() => {});
    },
    { maxInboundStreams: NETWORK.maxFetchStreamsPerConnection },
  );
  return server;
}

/** Where the libp2p node listens: on one address the same, on several all of them. */
function hostToListenOn(listen: readonly string[]): string {
  const hosts = new Set(listen.flatMap(parseListenAddress).map(hostOf));
  const [only] = hosts;
  return hosts.size === 1 && only !== undefined ? only : "::";
}
