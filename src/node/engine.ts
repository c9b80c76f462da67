import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { type Connection, FaultTolerance, type Libp2p } from "@libp2p/interface";
import { peerIdFromPublicKey, peerIdFromString } from "@libp2p/peer-id";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { tls } from "@libp2p/tls";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2pOptions } from "libp2p";
import { NETWORK } from "../core/limits.ts";
import { parseAnnounceAddress, parseListenAddress, withPeer } from "./addresses.ts";
import { listenError, unreachable } from "./engine-errors.ts";
import { EngineGater } from "./engine-gater.ts";
import { engineKey } from "./engine-key.ts";
import type { LanDiscovery } from "./engine-lan.ts";
import { isPublic, mayDialFrom } from "./engine-reach.ts";
import { engineServices, PROTOCOL_PREFIX } from "./engine-services.ts";
import { EngineStore } from "./engine-store.ts";
import type { DialTarget, Engine, EngineOptions, LanPeer } from "./engine-types.ts";

/** A connection is asked for a sign of life this often, which is some 400 bytes: 20 B/s a connection. */
const PING_MS = 20_000;
/** The muxer's own measurement of the round trip, after the first at the start. */
const KEEP_ALIVE_MS = 300_000;

/**
 * Starts the libp2p node: TCP, TLS, yamux, identify and ping always, the rest as the options say. It knows nobody: there
 * is no list of servers.
 * @throws CardumeError `address-invalid` (exit code 2), `port-in-use`, `address-not-here`, `port-refused` (exit code 5)
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const listen = options.listen.flatMap(parseListenAddress);
  const announce = options.announce.map(parseAnnounceAddress);
  const engine = new RunningEngine(options);
  const { transports = [], services } = await engineServices(options);
  const init: Libp2pOptions = {
    start: false,
    privateKey: engine.privateKey,
    datastore: storeFor(engine.privateKey),
    nodeInfo: { name: "cardume", version: options.version, userAgent: `cardume/${options.version}` },
    addresses: { listen: options.nat && listen.length > 0 ? [...listen, "/p2p-circuit"] : listen, announce },
    transports: [tcp({ backlog: NETWORK.maxUnprovenConnections }), ...transports],
    connectionEncrypters: [tls()],
    streamMuxers: [
      yamux({
        // The monitor's ping below says whether a connection lives; this one measures the round trip by which windows grow.
        enableKeepAlive: true,
        keepAliveInterval: KEEP_ALIVE_MS,
        maxInboundStreams: NETWORK.maxStreamsPerConnection,
        maxOutboundStreams: NETWORK.maxStreamsPerConnection,
        streamOptions: {
          // The first window is left as it is: yamux takes its own for the other side's.
          maxStreamWindowSize: NETWORK.maxStreamWindowBytes,
          // A stream that is paused must be able to hold what its window lets the other side send.
          maxReadBufferLength: 2 * NETWORK.maxStreamWindowBytes,
        },
      }),
    ],
    connectionGater: engine.gater.forLibp2p,
    connectionManager: {
      maxConnections: 2 * options.maxPeers,
      maxParallelDials: 16,
      maxDialQueueLength: 128,
      maxPeerAddrsToDial: NETWORK.maxAddressesPerPeer,
      dialTimeout: NETWORK.dialMs,
      addressDialTimeout: NETWORK.handshakeMs,
      inboundUpgradeTimeout: NETWORK.handshakeMs,
      inboundConnectionThreshold: NETWORK.maxConnectionsPerSecondPerHost,
      maxIncomingPendingConnections: NETWORK.maxUnprovenConnections,
      // Who is dialled again, and when, is for the neighbours to say.
      reconnectRetries: 0,
      // Names that answer with other addresses would lead dials past the gater.
      resolvers: {},
    },
    connectionMonitor: { pingInterval: PING_MS, protocolPrefix: PROTOCOL_PREFIX },
    transportManager: { faultTolerance: FaultTolerance.FATAL_ALL },
    services: {
      ...services,
      identify: identify({ protocolPrefix: PROTOCOL_PREFIX, maxMessageSize: NETWORK.maxFindFrameBytes }),
      ping: ping({ protocolPrefix: PROTOCOL_PREFIX }),
    },
  };
  await engine.start(await createLibp2p(init), listen);
  if (options.mdns) await engine.tellLan(options.count);
  return engine;
}

class RunningEngine implements Engine {
  readonly privateKey: Engine["privateKey"];
  readonly gater: EngineGater;
  #libp2p: Libp2p | undefined;
  #lan: LanDiscovery | undefined;
  readonly #lanListeners: ((peer: LanPeer) => void)[] = [];

  constructor({ key, isRefused, count }: EngineOptions) {
    this.privateKey = engineKey(key);
    this.gater = new EngineGater({
      isRefused,
      count,
      mayDial: (address) => this.mayDial(address),
      connections: () => this.#libp2p?.getConnections() ?? [],
      isReachable: () => this.#isReachable(),
    });
  }

  get libp2p(): Libp2p {
    if (this.#libp2p === undefined) throw new Error("bug: the engine is used before it started");
    return this.#libp2p;
  }

  get peerId(): string {
    return this.libp2p.peerId.toString();
  }

  async start(libp2p: Libp2p, listen: readonly string[]): Promise<void> {
    this.#libp2p = libp2p;
    try {
      await libp2p.start();
    } catch (cause) {
      throw listenError(listen, cause);
    }
  }

  addresses(): string[] {
    return this.libp2p.getMultiaddrs().map((address) => address.toString());
  }

  readonly mayDial = (address: string): boolean =>
    mayDialFrom(address, this.#libp2p === undefined ? [] : this.addresses());

  async dial({ peer, addresses }: DialTarget, signal?: AbortSignal): Promise<Connection> {
    const peerId = peer === undefined ? undefined : peerIdFromString(peer);
    const known = peerId === undefined ? undefined : newest(this.libp2p.getConnections(peerId).filter(isOpen));
    if (known !== undefined) return known;
    const timeout = AbortSignal.timeout(NETWORK.dialMs);
    const full = addresses.map((address) => multiaddr(peer === undefined ? address : withPeer(address, peer)));
    const release = this.gater.permit(addresses);
    try {
      if (full.length === 0) throw new Error("no address of it is known");
      return await this.libp2p.dial(full, {
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
    } catch (cause) {
      throw unreachable({ peer, addresses }, cause);
    } finally {
      release();
    }
  }

  hangUp(peer: string): void {
    for (const connection of this.libp2p.getConnections(peerIdFromString(peer))) connection.abort(new Error("refused"));
  }

  onLanPeer(heard: (peer: LanPeer) => void): void {
    this.#lanListeners.push(heard);
  }

  readonly #heardOnLan = (peer: LanPeer): void => {
    for (const heard of this.#lanListeners) heard(peer);
  };

  async tellLan(count: (cause: string) => void): Promise<void> {
    const lan = await import("./engine-lan.ts");
    const [peer, addresses, heard] = [this.peerId, (): string[] => this.addresses(), this.#heardOnLan];
    this.#lan = new lan.LanDiscovery({ peer, addresses, heard, count });
    this.#lan.start();
  }

  async close(): Promise<void> {
    this.#lan?.stop();
    await this.libp2p.stop();
    // libp2p orders one last look at its addresses a second later, and the process would wait for it.
    (this.libp2p as unknown as AddressLooks).components?.addressManager?._updatePeerStoreAddresses?.stop?.();
  }

  /** Whether one of the addresses that others confirmed is a public one. */
  #isReachable(): boolean {
    return this.addresses().some(isPublic);
  }
}

/** What is touched of libp2p's inside, where it is there. */
interface AddressLooks {
  readonly components?: { readonly addressManager?: { readonly _updatePeerStoreAddresses?: { stop?: () => void } } };
}

function storeFor({ publicKey }: Engine["privateKey"]): EngineStore {
  return new EngineStore(peerIdFromPublicKey(publicKey).toString(), publicKey.toCID().toString());
}

/** Of several connections the one opened last: an older one may be dead without having said so. */
const newest = (connections: readonly Connection[]): Connection | undefined =>
  connections.toSorted((one, other) => other.timeline.open - one.timeline.open)[0];

const isOpen = (connection: Connection): boolean => connection.status === "open";
