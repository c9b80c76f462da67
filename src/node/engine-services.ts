import { type PeerRouting, peerRoutingSymbol } from "@libp2p/interface";
import type { KadDHT } from "@libp2p/kad-dht";
import type { Libp2pOptions, ServiceFactoryMap } from "libp2p";
import { NETWORK } from "../core/limits.ts";
import { CalmRouting } from "./engine-routing.ts";
import type { EngineOptions } from "./engine-types.ts";

/** Before the names of all protocols that are libp2p's: two networks that do not know each other do not mix. */
export const PROTOCOL_PREFIX = "cardume";

type Made = Pick<Libp2pOptions, "transports"> & { services: ServiceFactoryMap };
type Factory = (components: never) => unknown;

const asServices = (factories: Readonly<Record<string, Factory>>): ServiceFactoryMap =>
  factories as unknown as ServiceFactoryMap;

/**
 * The parts of libp2p that the options ask for. Those of them that few nodes need are loaded only then: the hash table
 * is 6 MB, UPnP 7 MB, relays and hole punching 4 MB.
 */
export async function engineServices(options: EngineOptions): Promise<Made> {
  const [nat, dht] = await Promise.all([
    options.nat ? natServices() : undefined,
    options.dht ? dhtServices(!options.nat) : undefined,
  ]);
  return {
    transports: nat?.transports ?? [],
    services: { ...nat?.services, ...dht },
  };
}

/** A relay's reservations are few and small: enough for two peers to find out that they can punch a hole. */
async function natServices(): Promise<Made> {
  const [relay, { dcutr }, { autoNAT }, { uPnPNAT }, { identifyPush }] = await Promise.all([
    import("@libp2p/circuit-relay-v2"),
    import("@libp2p/dcutr"),
    import("@libp2p/autonat"),
    import("@libp2p/upnp-nat"),
    import("@libp2p/identify"),
  ]);
  return {
    transports: [relay.circuitRelayTransport()],
    services: asServices({
      relay: relay.circuitRelayServer({
        reservations: {
          maxReservations: NETWORK.maxRelayReservations,
          defaultDataLimit: BigInt(NETWORK.maxRelayedBytes),
          defaultDurationLimit: NETWORK.maxRelayedMs,
        },
      }),
      dcutr: dcutr(),
      autoNat: autoNAT({ protocolPrefix: PROTOCOL_PREFIX }),
      upnp: uPnPNAT({ portMappingDescription: "Cardume" }),
      // Addresses that a router or a relay gives later are told to those who are connected.
      identifyPush: identifyPush({ protocolPrefix: PROTOCOL_PREFIX }),
    }),
  };
}

/**
 * The hash table, under a name of its own. Only provider records are taken: a value has no validator, and is refused.
 * @param isServer whether to answer others from the start; else when it is known that they can reach this node
 */
async function dhtServices(isServer: boolean): Promise<ServiceFactoryMap> {
  const { kadDHT, passthroughMapper } = await import("@libp2p/kad-dht");
  const refuse = (): never => {
    throw new Error("only provider records are kept");
  };
  return asServices({
    dht: (components: never) => {
      const table: KadDHT & { [peerRoutingSymbol]?: PeerRouting } = kadDHT({
        protocol: `/${PROTOCOL_PREFIX}/kad/1`,
        clientMode: false,
        validators: { pk: refuse, ipns: refuse },
        selectors: { pk: () => 0, ipns: () => 0 },
        // Which addresses may be dialled is the gater's affair, which knows where this node is.
        peerInfoMapper: passthroughMapper,
      })(components);
      const routing = table[peerRoutingSymbol];
      if (routing !== undefined) Object.defineProperty(table, peerRoutingSymbol, { value: new CalmRouting(routing) });
      if (isServer) queueMicrotask(() => void table.setMode("server").catch(() => undefined));
      return table;
    },
  });
}
