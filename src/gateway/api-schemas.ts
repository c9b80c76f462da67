import { z } from "zod";
import type { Problem } from "./api-errors.ts";
import type { ApiFound, ApiProgress, ApiResult, ApiStatus } from "./api-node-values.ts";
import type { ApiDetails, ApiPath, ApiReport, ApiVerified, ApiVideo } from "./api-values.ts";

// What answers look like: for the OpenAPI document, which a test holds against real answers. The types keep the schemas
// to what the code sends.

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const id = z.string().regex(/^[a-z2-7]{52}$/);

/** An error, RFC 9457. */
export const problemSchema: z.ZodType<Problem> = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    exitCode: z.int(),
  })
  .meta({ id: "Problem" });

/** The last line of a stream that failed on its way. */
export const lateErrorSchema: z.ZodType = z.strictObject({ error: problemSchema });

const pathSchema: z.ZodType<ApiPath> = z
  .union([z.string(), z.strictObject({ base64: z.string() })])
  .meta({ id: "Path", description: "A text, or bytes that are no UTF-8." });
const stampSchema = z.strictObject({ bytes: count, mtimeNs: z.string(), inode: z.string() }).nullable();

const videoFields = {
  id,
  kind: z.enum(["video", "subtitle"]),
  title: z.string(),
  fileName: z.string(),
  mediaType: z.string(),
  durationMs: amount,
  bytes: count,
  chunkBytes: count,
  chunks: count,
  held: count,
  heldBytes: count,
  source: pathSchema.nullable(),
  stamp: stampSchema,
  addedAtMs: amount,
  verifiedAtMs: amount,
  state: z.enum(["complete", "partial", "damaged", "changed", "missing"]),
};

/** A video. */
export const videoSchema: z.ZodType<ApiVideo> = z.strictObject(videoFields).meta({ id: "Video" });

const subtitleFileSchema = z.strictObject({ id, bytes: count, name: z.string(), language: z.string() });
const claimsSchema = z.strictObject({
  publisher: z.string(),
  madeAtMs: amount,
  title: z.string(),
  fileName: z.string(),
  mediaType: z.string(),
  durationMs: amount,
  tracks: z.array(
    z.strictObject({
      kind: z.enum(["video", "audio", "subtitle", "other"]),
      codec: z.string(),
      language: z.string(),
      name: z.string(),
      width: count,
      height: count,
    }),
  ),
  subtitles: z.array(subtitleFileSchema),
  encoded: z.string(),
  signature: z.string(),
});

/** All that is known of a video. */
export const detailsSchema: z.ZodType<ApiDetails> = z
  .strictObject({ ...videoFields, path: pathSchema, claims: z.array(claimsSchema), link: z.string() })
  .meta({ id: "VideoDetails" });

/** What became of one path. */
export const reportSchema: z.ZodType<ApiReport> = z
  .union([
    z.strictObject({
      outcome: z.enum(["added", "already"]),
      path: pathSchema,
      id,
      bytes: count,
      isNew: z.boolean(),
      subtitles: z.array(subtitleFileSchema),
      failed: z.array(z.strictObject({ name: z.string(), error: problemSchema })),
      before: id.nullable(),
    }),
    z.strictObject({ outcome: z.literal("skipped"), path: pathSchema, reason: z.string() }),
    z.strictObject({ outcome: z.literal("failed"), path: pathSchema, error: problemSchema }),
  ])
  .meta({ id: "AddReport" });

/** A line of an adding. */
export const addLineSchema: z.ZodType = z.union([
  z.strictObject({ report: reportSchema }),
  z.strictObject({
    progress: z.strictObject({ files: count, filesDone: count, bytes: count, bytesDone: count }),
  }),
  lateErrorSchema,
]);

const verifiedSchema: z.ZodType<ApiVerified> = z
  .strictObject({
    video: videoSchema,
    good: count,
    recovered: count,
    lost: z.array(count),
    absent: count,
    stamp: stampSchema,
  })
  .meta({ id: "VerifyReport" });

/** A line of a verifying. */
export const verifyLineSchema: z.ZodType = z.union([
  z.strictObject({ report: verifiedSchema }),
  z.strictObject({ progress: z.strictObject({ bytes: count }) }),
  lateErrorSchema,
]);

/** One holder's word on one video. */
export const foundSchema: z.ZodType<ApiFound> = z
  .strictObject({
    id,
    bytes: count,
    title: z.string(),
    heldChunks: count,
    holder: z.string(),
    addresses: z.array(z.string()),
  })
  .meta({ id: "Found" });

const holderSchema = z.strictObject({
  peer: z.string(),
  name: z.string(),
  carrier: z.enum(["direct", "libp2p"]).nullable(),
  state: z.enum(["connecting", "serving", "gone", "dropped"]),
  reason: z.string().nullable(),
  roundTripMs: amount.nullable(),
  receivedBytes: count,
  bytesPerSecond: amount,
  heldChunks: count,
});

/** How far a fetch has come. */
export const progressSchema: z.ZodType<ApiProgress> = z
  .strictObject({
    id,
    title: z.string(),
    phase: z.enum(["finding", "connecting", "fetching", "ended"]),
    wantsAll: z.boolean(),
    bytes: count,
    heldBytes: count,
    chunks: count,
    heldChunks: count,
    receivedBytes: count,
    writtenBytes: count,
    wastedBytes: count,
    bytesPerSecond: amount,
    leftMs: amount.nullable(),
    holders: z.array(holderSchema),
  })
  .meta({ id: "FetchProgress" });

/** How a fetch ended. */
export const resultSchema: z.ZodType<ApiResult> = z
  .strictObject({
    outcome: z.enum(["complete", "missing", "not-found", "unreachable", "stopped"]),
    missing: z.array(count),
    progress: progressSchema,
  })
  .meta({ id: "FetchResult" });

/** A line of a fetch that is followed. */
export const fetchLineSchema: z.ZodType = z.union([
  z.strictObject({ progress: progressSchema }),
  z.strictObject({ result: resultSchema }),
  lateErrorSchema,
]);

/** A node at a glance. */
export const statusSchema: z.ZodType<ApiStatus> = z
  .strictObject({
    peerId: z.string(),
    name: z.string(),
    addresses: z.array(z.string()),
    startedAtMs: amount,
    peers: z.array(
      z.strictObject({
        peer: z.string(),
        name: z.string(),
        address: z.string(),
        isNeighbour: z.boolean(),
        direction: z.enum(["inbound", "outbound"]),
        via: z.enum(["join", "lan", "exchange", "memory", "inbound", "found"]),
        roundTripMs: amount.nullable(),
      }),
    ),
    known: count,
    uploadedBytes: count,
    downloadedBytes: count,
    eventLoopDelayP99Ms: amount,
    counters: z.record(z.string(), count),
  })
  .meta({ id: "Status" });
