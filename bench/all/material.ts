import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeSeededFile, sha256OfFile } from "../../lab/made-file.ts";
import { Random } from "../../sim/random.ts";
import type { Material } from "../support/network-ours.ts";
import type { Sizes } from "./task.ts";

const KIB = 1024;
const MIB = 1_048_576;

/** Many small files, and where there is room for copies. */
export interface Folder {
  readonly folder: string;
  readonly path: string;
  readonly names: readonly string[];
  readonly bytes: number;
  /** Of all names and contents, in the order of the names. */
  readonly sha256: string;
}

/** A file of so many MiB, the same for the same seed. */
export async function makeMaterial(folder: string, name: string, mib: number, seed: number): Promise<Material> {
  const path = join(folder, name);
  const bytes = Math.round(mib * MIB);
  makeSeededFile(path, bytes, seed);
  return { folder, path, bytes, sha256: await sha256OfFile(path) };
}

/** Files of random sizes between two bounds, the same for the same seed. */
export function makeFolder(folder: string, { files, leastFileKib, mostFileKib }: Sizes, seed: number): Folder {
  const path = join(folder, "small");
  mkdirSync(path, { recursive: true });
  const random = new Random(seed);
  let bytes = 0;
  const names = Array.from({ length: files }, (_, index) => `file-${String(index).padStart(5, "0")}.bin`);
  for (const [index, name] of names.entries()) {
    const size = Math.round(random.between(leastFileKib * KIB, mostFileKib * KIB));
    makeSeededFile(join(path, name), size, seed * 1_000_000 + index);
    bytes += size;
  }
  return { folder, path, names, bytes, sha256: hashOfFolder(path) };
}

/** SHA-256 over names and contents of a folder's files, hidden ones and folders left out. */
export function hashOfFolder(path: string): string {
  const found = readdirSync(path, { withFileTypes: true }).filter((one) => one.isFile() && !one.name.startsWith("."));
  return hashOfFiles(found.map(({ name }) => name).sort(), (name) => join(path, name));
}

/** The same over files that are anywhere, in the order of their names. */
export function hashOfFiles(names: readonly string[], pathOf: (name: string) => string): string {
  const hash = createHash("sha256");
  for (const name of names)
    hash.update(`${name}\n`).update(
      createHash("sha256")
        .update(readFileSync(pathOf(name)))
        .digest(),
    );
  return hash.digest("hex");
}
