import { VIDEO } from "../limits.ts";
import { type CborMap, type CborValue, decodeCbor, encodeCbor, isCborError } from "./cbor.ts";
import { openClaims, type SignedClaims, type VerifySignature } from "./claims.ts";
import { type Geometry, geometryOf, sizeProblem } from "./geometry.ts";
import { HASH_BYTES, idOf, type Sha256, sameHash } from "./merkle.ts";

/**
 * A video's manifest. The chunk roots lead to the id and are believed from anyone; the size is a claim until the last
 * leaf proves it (`provesSize`); what publishers say stands apart, signed.
 */
export interface Manifest {
  readonly id: Uint8Array;
  readonly geometry: Geometry;
  /** One root a chunk, one behind the other: the piece layer of BEP 52 (a video of one chunk has its id there). */
  readonly chunkRoots: Uint8Array;
  /** At most eight, the preferred publisher's first. */
  readonly claims: readonly SignedClaims[];
}

/** What checks a manifest. */
export interface ManifestChecks {
  readonly sha256: Sha256;
  readonly verify: VerifySignature;
}

/** Why bytes are no manifest of a video. */
export interface ManifestError {
  readonly code: "manifest-invalid" | "manifest-too-large" | "manifest-of-another-video";
  readonly problem: string;
}

/**
 * A manifest in deterministic CBOR: a map of `b` the video's size in bytes, `c` its chunks' size, `i` its id, `r` the
 * chunk roots in one byte string, `s` the signed claims, each a list of the claims' encoding and its signature, and
 * `v` the version, 1.
 */
export const encodeManifest = ({ id, geometry, chunkRoots, claims }: Manifest): Uint8Array =>
  encodeCbor(
    new Map<string, CborValue>([
      ["b", geometry.bytes],
      ["c", geometry.chunkBytes],
      ["i", id],
      ["r", chunkRoots],
      ["s", claims.map(({ encoded, signature }) => [encoded, signature])],
      ["v", 1],
    ]),
  );

/**
 * Reads a manifest of the video `id`. Claims with a bad signature, or of another video, are left out: they are no
 * reason to refuse what is proven.
 */
export function decodeManifest(bytes: Uint8Array, id: Uint8Array, checks: ManifestChecks): Manifest | ManifestError {
  if (bytes.length > VIDEO.maxManifestBytes)
    return { code: "manifest-too-large", problem: `it has more than ${VIDEO.maxManifestBytes} bytes` };
  const map = decodeCbor(bytes);
  if (isCborError(map)) return invalid(map.problem);
  if (!(map instanceof Map)) return invalid("it is not a map");
  const fields = map as CborMap;
  if (fields.size !== 6 || fields.get("v") !== 1) return invalid("it is not of version 1");
  const proven = readProven(fields);
  if ("problem" in proven) return proven;
  if (!sameHash(proven.id, id)) return { code: "manifest-of-another-video", problem: "it names another video" };
  if (!sameHash(idOf(proven.chunkRoots, proven.geometry, checks.sha256), id))
    return { code: "manifest-of-another-video", problem: "its chunk roots do not lead to the video's id" };
  const claims = readClaims(fields.get("s"), id, checks.verify);
  return claims === undefined ? invalid("its claims are not a list of at most eight") : { ...proven, claims };
}

/** Whether {@link decodeManifest} found an error. */
export const isManifestError = (result: Manifest | ManifestError): result is ManifestError => "problem" in result;

function readProven(fields: CborMap): Omit<Manifest, "claims"> | ManifestError {
  const bytes = fields.get("b");
  const id = fields.get("i");
  const chunkRoots = fields.get("r");
  if (typeof bytes !== "number") return invalid("its size is not a number");
  const problem = sizeProblem(bytes);
  if (problem !== undefined) return invalid(problem);
  const geometry = geometryOf(bytes);
  if (fields.get("c") !== geometry.chunkBytes)
    return invalid("its chunks have another size than a video's of its size");
  if (!(id instanceof Uint8Array) || id.length !== HASH_BYTES) return invalid("its id is not one");
  if (!(chunkRoots instanceof Uint8Array) || chunkRoots.length !== geometry.chunks * HASH_BYTES)
    return invalid("it does not have one root a chunk");
  return { id, geometry, chunkRoots };
}

function readClaims(list: CborValue | undefined, id: Uint8Array, verify: VerifySignature): SignedClaims[] | undefined {
  if (!Array.isArray(list) || list.length > VIDEO.maxClaimSets) return undefined;
  const opened: SignedClaims[] = [];
  for (const item of list as readonly CborValue[]) {
    if (!Array.isArray(item) || item.length !== 2) return undefined;
    const [encoded, signature] = item as readonly CborValue[];
    if (!(encoded instanceof Uint8Array) || !(signature instanceof Uint8Array)) return undefined;
    const claims = openClaims(encoded, signature, id, verify);
    if (claims !== undefined) opened.push(claims);
  }
  return opened;
}

const invalid = (problem: string): ManifestError => ({ code: "manifest-invalid", problem });
