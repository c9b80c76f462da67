/**
 * Cardume as a library: a library of videos named by their content, and the original network's peer, client and split.
 * Errors that a person can mend are {@link CardumeError}s with a stable `code`.
 *
 * @example
 * ```ts
 * import { openLibrary } from "cardume";
 *
 * const library = await openLibrary({ folder: "shoal-data" });
 * for await (const report of library.add(["demo"])) console.log(report.outcome, String(report.path));
 * const [video] = await library.list({ words: "shoal" });
 * for await (const bytes of library.stream(video!.id, 0, 1000)) console.log(bytes.length);
 * console.log(await library.link(video!.id));
 * await library.close();
 * ```
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
export type { Claims, SignedClaims, SubtitleFile, Track } from "./core/content/claims.ts";
export type { Geometry } from "./core/content/geometry.ts";
export type { Manifest } from "./core/content/manifest.ts";
export { CardumeError } from "./core/errors.ts";
export { type Address, formatAddress, parseAddress } from "./core/wire/address.ts";
export type { Dialect } from "./core/wire/datagram/message.ts";
export { openLibrary } from "./open-library.ts";
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
export type { AddOptions, AddProgress, AddReport } from "./store/add-paths.ts";
export { type RunningScrub, type ScrubOptions, startScrub } from "./store/background-scrub.ts";
export type { VideoQuery, VideoRow } from "./store/catalogue.ts";
export type { ChunkCheck, ChunkStore, ReadProblem } from "./store/chunk-store.ts";
export type { FilePath } from "./store/disk.ts";
export type { ExportOptions } from "./store/export-file.ts";
export type { Library, VerifyReport, VideoDetails } from "./store/library.ts";
export type { OpenOptions } from "./store/open.ts";
export type { VideoInfo, VideoState } from "./store/video-info.ts";
