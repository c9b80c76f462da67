import { randomFillSync } from "node:crypto";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { geometryOf } from "../../src/core/content/geometry.ts";
import { encodeManifest } from "../../src/core/content/manifest.ts";
import { HASH_BYTES, idOf } from "../../src/core/content/merkle.ts";
import { sha256 } from "../../src/runtime/crypto.ts";
import { Bitmap } from "../../src/store/bitmap.ts";
import { libraryKey } from "../../src/store/library-key.ts";
import { nodeDisk } from "../../src/store/node-disk.ts";
import { signDescription } from "../../src/store/own-claims.ts";
import { openCatalogue } from "../../src/store/sqlite-catalogue.ts";

const WORDS = "férias mar aula física história jornal entrevista casa avó Natal praia clube jogo final escola".split(
  " ",
);
const TRACKS = [
  { kind: "video", codec: "avc1.640028", language: "", name: "", width: 1920, height: 1080 },
  { kind: "audio", codec: "mp4a.40.2", language: "pt", name: "", width: 0, height: 0 },
] as const;

/**
 * A library of so many videos of so many chunks each, all held, without bytes to speak of: their manifests are sound,
 * their content is one hole.
 */
export async function makeSyntheticLibrary(folder: string, videos: number, chunks: number): Promise<void> {
  mkdirSync(join(folder, "videos"), { recursive: true });
  const key = await libraryKey(nodeDisk, folder);
  const { catalogue } = await openCatalogue({ folder });
  const geometry = geometryOf(chunks * 1_048_576);
  const puts: Promise<void>[] = [];
  for (let number = 0; number < videos; number++) {
    const chunkRoots = randomFillSync(new Uint8Array(chunks * HASH_BYTES));
    const id = idOf(chunkRoots, geometry, sha256);
    const title = `${WORDS[number % 15]} ${WORDS[(number * 7 + 3) % 15]} ${number}`;
    const said = { title, fileName: `${title}.mp4`, mediaType: "video/mp4", durationMs: 600_000 };
    const description = { ...said, video: id, tracks: TRACKS, subtitles: [] };
    const claims = [signDescription(description, 1_750_000_000_000 + number, key)];
    const own = join(folder, "videos", Buffer.from(id).toString("hex"));
    mkdirSync(own);
    writeFileSync(join(own, "manifest"), encodeManifest({ id, geometry, chunkRoots, claims }));
    for (const [part, bytes] of [
      ["content", geometry.bytes],
      ["tree", geometry.leaves * HASH_BYTES],
    ] as const) {
      writeFileSync(join(own, part), "");
      truncateSync(join(own, part), bytes);
    }
    const size = { bytes: geometry.bytes, chunkBytes: geometry.chunkBytes, chunks };
    const stamp = await nodeDisk.stat(join(own, "content"));
    const place = { source: undefined, stamp, addedAtMs: 1_750_000_000_000, verifiedAtMs: 0 };
    puts.push(catalogue.put({ id, kind: "video", ...said, ...size, ...place }, Bitmap.full(chunks).bytes));
  }
  await Promise.all(puts);
  await catalogue.close();
}
