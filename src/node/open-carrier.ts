import type { Connection } from "@libp2p/interface";
import { CardumeError } from "../core/errors.ts";
import { NETWORK } from "../core/limits.ts";
import { hostOf } from "./addresses.ts";
import type { Carrier } from "./carrier.ts";
import { connectDirect } from "./direct-client.ts";
import { DIRECT_PROTOCOL, decodeDirectOffer, MAX_DIRECT_FRAME_BYTES } from "./direct-messages.ts";
import type { Engine } from "./engine-types.ts";
import { carrierOverLibp2p } from "./libp2p-carrier.ts";

/** The libp2p protocol of fetch streams. */
export const FETCH_PROTOCOL = "/cardume/fetch/1";

/** What opens carriers. */
export interface CarrierOpening {
  readonly engine: Engine;
  /** Whether to try a direct socket first. */
  readonly direct: boolean;
  readonly count: (cause: string) => void;
}

/**
 * Opens the best carrier to a peer: a direct TLS socket where it offers one and can be reached by it, else a stream of
 * the libp2p connection.
 * @throws CardumeError `peer-unreachable`, `peer-mismatch`, `no-fetch` (exit code 4)
 */
export async function openCarrier(
  opening: CarrierOpening,
  peer: string,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Carrier> {
  const connection = await opening.engine.dial({ peer, addresses }, signal);
  const direct = opening.direct ? await openDirect(opening, connection, peer, signal) : undefined;
  if (direct !== undefined) return direct;
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(NETWORK.handshakeMs)]);
    return carrierOverLibp2p(await connection.newStream(FETCH_PROTOCOL, { signal: within }), peer);
  } catch (cause) {
    throw new CardumeError("no-fetch", `${peer} opens no fetch stream: ${(cause as Error).message}`, {
      exitCode: 4,
      cause,
    });
  }
}

/** A relay carries no direct socket, and a name is no proof of where the connection goes. */
async function openDirect(
  { count }: CarrierOpening,
  connection: Connection,
  peer: string,
  signal: AbortSignal,
): Promise<Carrier | undefined> {
  const host = connection.limits === undefined ? hostOf(connection.remoteAddr.toString()) : undefined;
  if (host === undefined) return undefined;
  const offer = await askForOffer(connection, signal).catch(() => "refused" as const);
  if (typeof offer === "string") {
    count(`direct-${offer}`);
    return undefined;
  }
  const carrier = await connectDirect({ host, offer, peer, timeoutMs: NETWORK.directMs, signal });
  if (!("type" in carrier)) return carrier;
  count(`direct-${carrier.code}`);
  return undefined;
}

async function askForOffer(connection: Connection, signal: AbortSignal): Promise<ReturnType<typeof decodeDirectOffer>> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(NETWORK.directMs)]);
  const stream = await connection.newStream(DIRECT_PROTOCOL, { signal: within });
  const carrier = carrierOverLibp2p(stream, connection.remotePeer.toString());
  const abort = (): void => carrier.destroy("it took too long");
  within.addEventListener("abort", abort, { once: true });
  try {
    return decodeDirectOffer(await allOf(carrier));
  } finally {
    within.removeEventListener("abort", abort);
    void carrier.close();
  }
}

/** All that comes until the end, or an offer's worth of it. */
function allOf(carrier: Carrier): Promise<Uint8Array> {
  return new Promise((resolve) => {
    let all: Uint8Array = new Uint8Array(0);
    carrier.start({
      bytes: (view) => {
        if (all.length < MAX_DIRECT_FRAME_BYTES) all = Buffer.concat([all, view]);
        if (all.length >= MAX_DIRECT_FRAME_BYTES) resolve(all);
      },
      ended: () => resolve(all),
    });
  });
}
