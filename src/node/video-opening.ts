import { type Geometry, LEAF_BYTES } from "../core/content/geometry.ts";
import { decodeManifest, isManifestError, type Manifest } from "../core/content/manifest.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import { lastLeafOf, sliceLength, sliceProofHashes, verifySlice } from "../core/content/proof.ts";
import { NETWORK, VIDEO } from "../core/limits.ts";
import { LAST_LEAF } from "../core/wire/stream/fetch-message.ts";
import { sha256, verifyEd25519 } from "../runtime/crypto.ts";
import type { HolderStream, ResponseTaker } from "./holder-stream.ts";

/** The last leaf of a video, with the sibling hashes that prove the size by it. */
export interface LastLeaf {
  readonly bytes: Uint8Array;
  readonly proof: Uint8Array;
}

/** A Response that was awaited as a whole: its body and proof, or why there is none. */
type Answer = { readonly body: Uint8Array; readonly proof: Uint8Array } | "not-held" | "refused" | "lost" | "late";

/**
 * Asks a holder for the manifest of a video that it has open under `number`. `wrong`: what came is not that video's, which
 * no honest holder sends.
 */
export async function fetchManifest(
  stream: HolderStream,
  number: number,
  id: Uint8Array,
  signal: AbortSignal,
): Promise<Manifest | "wrong" | "none"> {
  const most = VIDEO.maxManifestBytes;
  const answer = await answerTo(stream, { minBytes: 1, maxBytes: most, proofHashes: 0 }, signal, (taker) =>
    stream.getManifest(number, taker),
  );
  if (typeof answer === "string") return "none";
  const manifest = decodeManifest(answer.body, id, { sha256, verify: verifyEd25519 });
  return isManifestError(manifest) ? "wrong" : manifest;
}

/** Asks a holder for the last leaf of a video of which only the id is known. Whether it proves anything is for the library to say. */
export async function fetchLastLeafOfAny(
  stream: HolderStream,
  number: number,
  signal: AbortSignal,
): Promise<LastLeaf | "none"> {
  const lengths = { minBytes: 1, maxBytes: LEAF_BYTES, proofHashes: undefined };
  const answer = await answerTo(stream, lengths, signal, (taker) =>
    stream.get(number, { chunk: LAST_LEAF, firstLeaf: 0, leaves: 1, priority: 0 }, taker),
  );
  return typeof answer === "string" ? "none" : { bytes: answer.body, proof: answer.proof };
}

/** The same of a video that is said to have this size. */
export async function fetchLastLeaf(
  stream: HolderStream,
  number: number,
  geometry: Geometry,
  signal: AbortSignal,
): Promise<LastLeaf | "none"> {
  const slice = lastLeafOf(geometry);
  const bytes = Math.min(sliceLength(slice, geometry), LEAF_BYTES);
  const lengths = { minBytes: bytes, maxBytes: bytes, proofHashes: sliceProofHashes(slice, geometry) };
  const answer = await answerTo(stream, lengths, signal, (taker) =>
    stream.get(number, { ...slice, priority: 0 }, taker),
  );
  return typeof answer === "string" ? "none" : { bytes: answer.body, proof: answer.proof };
}

/** Whether these are the last leaf of a video whose size is proven. */
export function isLastLeaf({ bytes, proof }: LastLeaf, { geometry, chunkRoots }: Manifest): boolean {
  const root = chunkRoots.subarray((geometry.chunks - 1) * HASH_BYTES);
  return verifySlice(bytes, lastLeafOf(geometry), proof, root, geometry, sha256);
}

/** Awaits one Response; whoever asked may have had enough, and takes the request back. */
function answerTo(
  stream: HolderStream,
  lengths: Pick<ResponseTaker, "minBytes" | "maxBytes" | "proofHashes">,
  signal: AbortSignal,
  order: (taker: ResponseTaker) => number,
): Promise<Answer> {
  return new Promise((resolve) => {
    let body = new Uint8Array(0);
    let siblings = body;
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
      resolve(answer);
    };
    const giveUp = (): void => {
      stream.cancel(request);
      settle("late");
    };
    const request = order({
      ...lengths,
      begins: (proof, bodyBytes) => {
        siblings = new Uint8Array(proof);
        body = new Uint8Array(bodyBytes);
        return body;
      },
      comes: () => {},
      arrived: () => settle({ body, proof: siblings }),
      refused: settle,
      lost: () => settle("lost"),
    });
    const timer = setTimeout(giveUp, NETWORK.openVideoMs);
    signal.addEventListener("abort", giveUp, { once: true });
  });
}
