import { chunkLeaves, LEAF_BYTES } from "../core/content/geometry.ts";
import { decodeManifest, isManifestError, type Manifest } from "../core/content/manifest.ts";
import { sliceLength, sliceProofHashes } from "../core/content/proof.ts";
import { NETWORK, VIDEO } from "../core/limits.ts";
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
): Promise<Manifest | "wrong" | "none"> {
  const most = VIDEO.maxManifestBytes;
  const answer = await answerTo(stream, 1, most, 0, (taker) => stream.getManifest(number, taker));
  if (typeof answer === "string") return "none";
  const manifest = decodeManifest(answer.body, id, { sha256, verify: verifyEd25519 });
  return isManifestError(manifest) ? "wrong" : manifest;
}

/** Asks a holder for the last leaf. Whether it proves anything is for the library to say. */
export async function fetchLastLeaf(
  stream: HolderStream,
  number: number,
  { geometry }: Manifest,
): Promise<LastLeaf | "none"> {
  const chunk = geometry.chunks - 1;
  const slice = { chunk, firstLeaf: chunkLeaves(geometry, chunk) - 1, leaves: 1 };
  const bytes = Math.min(sliceLength(slice, geometry), LEAF_BYTES);
  const answer = await answerTo(stream, bytes, bytes, sliceProofHashes(slice, geometry), (taker) =>
    stream.get(number, { ...slice, priority: 0 }, taker),
  );
  return typeof answer === "string" ? "none" : { bytes: answer.body, proof: answer.proof };
}

function answerTo(
  stream: HolderStream,
  minBytes: number,
  maxBytes: number,
  proofHashes: number,
  order: (taker: ResponseTaker) => number,
): Promise<Answer> {
  return new Promise((resolve) => {
    let body = new Uint8Array(0);
    let siblings = body;
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const request = order({
      minBytes,
      maxBytes,
      proofHashes,
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
    const timer = setTimeout(() => {
      stream.cancel(request);
      settle("late");
    }, NETWORK.openVideoMs);
  });
}
