import { fromBase32, toBase32 } from "../core/content/base32.ts";
import { decodeClaims, type SignedClaims, type SubtitleFile } from "../core/content/claims.ts";

import type { AddReport } from "../store/add-paths.ts";
import type { FilePath } from "../store/disk.ts";
import type { VerifyReport } from "../store/library.ts";
import type { Stamp } from "../store/stamp.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { apiError, type Problem, thrownError } from "./api-errors.ts";
import type { ShownDetails } from "./library-face.ts";

// Each value of the library as JSON, and back. Ids are base32, bytes base64, numbers beyond 2^53 decimal texts; what is
// not there is null. The way back trusts its text: a node of the same user wrote it.

/** A path: its text, or its bytes where they are no UTF-8. */
export type ApiPath = string | { readonly base64: string };

/** A path as JSON. */
export const apiPath = (path: FilePath): ApiPath =>
  typeof path === "string" ? path : { base64: path.toString("base64") };

/** A path from JSON. */
export const filePath = (path: ApiPath): FilePath =>
  typeof path === "string" ? path : Buffer.from(path.base64, "base64");

type ApiStamp = { readonly bytes: number; readonly mtimeNs: string; readonly inode: string } | null;

const apiStamp = (stamp: Stamp | undefined): ApiStamp =>
  stamp === undefined ? null : { bytes: stamp.bytes, mtimeNs: String(stamp.mtimeNs), inode: String(stamp.inode) };

const stampOf = (stamp: ApiStamp): Stamp | undefined =>
  stamp === null ? undefined : { bytes: stamp.bytes, mtimeNs: BigInt(stamp.mtimeNs), inode: BigInt(stamp.inode) };

/** An id from its base32. @throws Error when it is none */
export function idFrom(text: string): Uint8Array {
  const id = fromBase32(text);
  if (id === undefined) throw new Error(`not an id: ${text}`);
  return id;
}

/** A video as JSON. */
export interface ApiVideo extends Omit<VideoInfo, "id" | "source" | "stamp"> {
  readonly id: string;
  readonly source: ApiPath | null;
  readonly stamp: ApiStamp;
}

/** A video as JSON. */
export const apiVideo = ({ id, source, stamp, ...video }: VideoInfo): ApiVideo => ({
  id: toBase32(id),
  ...video,
  source: source === undefined ? null : apiPath(source),
  stamp: apiStamp(stamp),
});

/** A video from JSON. */
export const videoOf = ({ id, source, stamp, ...video }: ApiVideo): VideoInfo => ({
  ...video,
  id: idFrom(id),
  source: source === null ? undefined : filePath(source),
  stamp: stampOf(stamp),
});

/** A subtitle file as JSON. */
type ApiSubtitle = Omit<SubtitleFile, "id"> & { readonly id: string };

const apiSubtitle = ({ id, ...subtitle }: SubtitleFile): ApiSubtitle => ({ id: toBase32(id), ...subtitle });
const subtitleOf = ({ id, ...subtitle }: ApiSubtitle): SubtitleFile => ({ ...subtitle, id: idFrom(id) });

/** One publisher's claims: to be read, and as they were signed. */
interface ApiClaims {
  readonly publisher: string;
  readonly encoded: string;
  readonly signature: string;
}

function apiClaims({ claims, encoded, signature }: SignedClaims): ApiClaims {
  const { video: _, publisher, subtitles, ...said } = claims;
  return {
    publisher: toBase32(publisher),
    ...said,
    subtitles: subtitles.map(apiSubtitle),
    encoded: base64(encoded),
    signature: base64(signature),
  } as ApiClaims;
}

function claimsOf({ encoded, signature }: ApiClaims): SignedClaims {
  const bytes = bytesOf(encoded);
  const claims = decodeClaims(bytes);
  if (claims === undefined) throw new Error("not claims");
  return { claims, encoded: bytes, signature: bytesOf(signature) };
}

/** All that is known of a video, as JSON. */
export interface ApiDetails extends ApiVideo {
  readonly path: ApiPath;
  readonly claims: readonly ApiClaims[];
  readonly link: string;
}

/** All that is known of a video as JSON, chunk roots apart. */
export function apiDetails({ path, claims, link, ...video }: ShownDetails): ApiDetails {
  return { ...apiVideo(video), path: apiPath(path), claims: claims.map(apiClaims), link };
}

/** All that is known of a video from JSON. */
export const detailsOf = ({ path, claims, link, ...video }: ApiDetails): ShownDetails => ({
  ...videoOf(video),
  path: filePath(path),
  claims: claims.map(claimsOf),
  link,
});

/** What verifying found, as JSON. */
export interface ApiVerified extends Omit<VerifyReport, "video" | "stamp"> {
  readonly video: ApiVideo;
  readonly stamp: ApiStamp;
}

/** What verifying found, as JSON. */
export const apiVerified = ({ video, stamp, ...found }: VerifyReport): ApiVerified => ({
  video: apiVideo(video),
  ...found,
  stamp: apiStamp(stamp),
});

/** What verifying found, from JSON. */
export const verifiedOf = ({ video, stamp, ...found }: ApiVerified): VerifyReport => ({
  ...found,
  video: videoOf(video),
  stamp: stampOf(stamp),
});

/** What became of one path, as JSON. */
export type ApiReport =
  | {
      readonly outcome: "added" | "already";
      readonly path: ApiPath;
      readonly id: string;
      readonly bytes: number;
      readonly isNew: boolean;
      readonly subtitles: readonly ApiSubtitle[];
      readonly failed: readonly { readonly name: string; readonly error: Problem }[];
      readonly before: string | null;
    }
  | { readonly outcome: "skipped"; readonly path: ApiPath; readonly reason: string }
  | { readonly outcome: "failed"; readonly path: ApiPath; readonly error: Problem };

/** What became of one path, as JSON. */
export function apiReport(report: AddReport): ApiReport {
  const path = apiPath(report.path);
  if (report.outcome === "skipped") return { ...report, path };
  if (report.outcome === "failed") return { outcome: "failed", path, error: apiError(report.error) };
  const { outcome, id, bytes, isNew, before } = report;
  return {
    ...{ outcome, path, bytes, isNew },
    id: toBase32(id),
    subtitles: report.subtitles.map(apiSubtitle),
    failed: report.failed.map(({ name, error }) => ({ name, error: apiError(error) })),
    before: before === undefined ? null : toBase32(before),
  };
}

/** What became of one path, from JSON. */
export function reportOf(report: ApiReport): AddReport {
  const path = filePath(report.path);
  if (report.outcome === "skipped") return { ...report, path };
  if (report.outcome === "failed") return { outcome: "failed", path, error: thrownError(report.error) };
  const { outcome, bytes, isNew, before } = report;
  return {
    ...{ outcome, path, bytes, isNew },
    id: idFrom(report.id),
    subtitles: report.subtitles.map(subtitleOf),
    failed: report.failed.map(({ name, error }) => ({ name, error: thrownError(error) })),
    ...(before === null ? {} : { before: idFrom(before) }),
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
