import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isReadProblem } from "../../src/store/chunk-store.ts";
import type { Library } from "../../src/store/library.ts";
import type { VideoInfo } from "../../src/store/video-info.ts";
import type { Ledger } from "./ledger.ts";
import type { Material } from "./material.ts";

/** What looking at a library after a power cut found. */
export interface Findings {
  /** What was acknowledged and is not true, each in words. */
  readonly problems: readonly string[];
  /** Chunks read and found good. */
  readonly goodChunks: number;
  /** Files that take room and that nobody needs: no broken promise. */
  readonly leftovers: number;
}

/** Compares a library that was just opened with what was acknowledged before the power was cut. */
export async function check(library: Library, ledger: Ledger, materials: readonly Material[]): Promise<Findings> {
  const problems: string[] = [];
  const publisher = Buffer.from(library.publisher).toString("hex");
  if (ledger.publisher !== undefined && ledger.publisher !== publisher) problems.push("the library has another key");
  const videos = new Map<string, VideoInfo>();
  for (const kind of ["video", "subtitle"] as const)
    for (const video of await library.list({ kind })) videos.set(Buffer.from(video.id).toString("hex"), video);
  problems.push(...strayFiles(library.folder, videos));
  let goodChunks = 0;
  for (const material of materials) {
    const info = videos.get(material.id);
    const found = info && (await checkVideo(library, ledger, material, info, problems));
    if (info === undefined && ledger.of(material.id).presence === "in") problems.push(`${material.name} is gone`);
    if (info !== undefined && ledger.of(material.id).presence === "out")
      problems.push(`${material.name} has come back`);
    ledger.settle(material.id, found);
    goodChunks += found?.held.length ?? 0;
  }
  checkExports(ledger, materials, problems);
  return { problems, goodChunks, leftovers: leftovers(library.folder) };
}

async function checkVideo(
  library: Library,
  ledger: Ledger,
  material: Material,
  info: VideoInfo,
  problems: string[],
): Promise<{ held: number[]; title: string }> {
  const { id, name, manifest } = material;
  const promised = ledger.of(id);
  if (info.state !== "complete" && info.state !== "partial") problems.push(`${name} is ${info.state}`);
  if (promised.titles !== undefined && !promised.titles.has(info.title))
    problems.push(`${name} is called "${info.title}", not "${[...promised.titles].join('" or "')}"`);
  const held = await readTrusted(library, material, problems);
  for (const chunk of promised.held) if (!held.includes(chunk)) problems.push(`${name}, chunk ${chunk}: not held`);
  const { lost, good } = await library.verify(manifest.id);
  for (const chunk of lost) problems.push(`${name}, chunk ${chunk}: held, and does not verify`);
  if (lost.length === 0 && good < held.length) problems.push(`${name}: ${good} of ${held.length} chunks verify`);
  return { held, title: info.title };
}

/** As a peer gets them: what is believed of a file by its stamp must be true, too. @returns the chunks that are held */
async function readTrusted(
  library: Library,
  { name, manifest, chunk: bytesOf }: Material,
  problems: string[],
): Promise<number[]> {
  const { chunks, chunkBytes } = manifest.geometry;
  const store = await library.open(manifest.id);
  try {
    const held = Array.from({ length: chunks }, (_, chunk) => chunk).filter((chunk) => store.held.has(chunk));
    for (const chunk of held) {
      const right = bytesOf(chunk);
      const read = await store.read(chunk * chunkBytes, right.length, "trusted");
      if (isReadProblem(read)) problems.push(`${name}, chunk ${chunk}: ${read.problem}`);
      else if (Buffer.compare(read, right) !== 0) problems.push(`${name}, chunk ${chunk}: wrong bytes were trusted`);
    }
    return held;
  } finally {
    await store.close();
  }
}

const PARTS = new Set(["manifest", "tree", "content", "source"]);
const TOP = /^(?:key|lock|holder|videos|library\.db(?:-wal|-shm)?)$/;

function strayFiles(folder: string, videos: ReadonlyMap<string, unknown>): string[] {
  const there = readdirSync(join(folder, "videos"));
  return [
    ...readdirSync(folder)
      .filter((name) => !TOP.test(name))
      .map((name) => `a stray file: ${name}`),
    ...there.filter((name) => !videos.has(name)).map((name) => `not in the catalogue: videos/${name}`),
    ...[...videos.keys()].filter((id) => !there.includes(id)).map((id) => `without a folder: ${id}`),
    ...there
      .flatMap((id) => readdirSync(join(folder, "videos", id)))
      .filter((part) => !PARTS.has(part))
      .map((part) => `a stray file in a video's folder: ${part}`),
  ];
}

/** A video's bytes are in the library or in place, not both. */
const leftovers = (folder: string): number =>
  readdirSync(join(folder, "videos"))
    .map((id) => join(folder, "videos", id))
    .filter((video) => existsSync(join(video, "content")) && existsSync(join(video, "source"))).length;

function checkExports(ledger: Ledger, materials: readonly Material[], problems: string[]): void {
  for (const [path, allowed] of ledger.exports) {
    const bytes = existsSync(path) ? readFileSync(path) : undefined;
    const found = bytes && materials.find((one) => allowed.has(one.id) && Buffer.compare(one.content, bytes) === 0);
    if (bytes === undefined && !allowed.has("")) problems.push(`${path} is gone`);
    if (bytes !== undefined && found === undefined)
      problems.push(`${path} (${bytes.length} bytes) is not what was exported`);
    ledger.exports.set(path, new Set([found?.id ?? ""]));
  }
}
