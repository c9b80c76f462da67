/**
 * Cardume as a library: the original network's peer, client and split. Errors that a person can mend are
 * {@link CardumeError}s with a stable `code`.
 *
 * @example
 * ```ts
 * import { parseAddress, startPeer } from "cardume";
 *
 * const peer = await startPeer({
 *   listen: parseAddress("127.0.0.1:5001")!,
 *   keyValuesFile: "key-values-files_peer1",
 *   neighbours: [],
 *   ttlHops: 3,
 *   allowPublic: false,
 *   dialect: "canonical",
 *   log: console,
 * });
 * console.log(peer.holdings);
 * peer.stop();
 * ```
 */
export type { ClientCounters, ClientEvent, HolderReport } from "./core/client/client-types.ts";
export { CardumeError } from "./core/errors.ts";
export { type Address, formatAddress, parseAddress } from "./core/wire/address.ts";
export type { Dialect } from "./core/wire/datagram/message.ts";
export { FileTarget, StreamTarget } from "./original/byte-targets.ts";
export { ChunkFiles } from "./original/chunk-files.ts";
export { ChunkLog } from "./original/chunk-log.ts";
export type { ChunkSink } from "./original/chunk-sink.ts";
export {
  type ArrivedChunk,
  type ClientOptions,
  type ClientResult,
  clientIp,
  runClient,
} from "./original/client-process.ts";
export { type ByteTarget, InOrder } from "./original/in-order.ts";
export { type PeerLog, type PeerOptions, type RunningPeer, startPeer } from "./original/peer-process.ts";
export { type SplitOptions, type SplitResult, splitFile } from "./original/split.ts";
