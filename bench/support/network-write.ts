import { closeSync, fsyncSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Material } from "./network-ours.ts";

const PIECE_BYTES = 262_144;

/** Copies the file in pieces of 256 KiB and syncs it: what the disk alone takes. In ms, until written and until synced. */
export function writeAndSync({ folder, path }: Material): { readonly ms: number; readonly keptMs: number } {
  const to = join(folder, "plain");
  const piece = new Uint8Array(PIECE_BYTES);
  const [from, into] = [openSync(path, "r"), openSync(to, "w")];
  const startedAtMs = performance.now();
  for (let count = readSync(from, piece); count > 0; count = readSync(from, piece)) writeSync(into, piece, 0, count);
  const ms = performance.now() - startedAtMs;
  fsyncSync(into);
  const keptMs = performance.now() - startedAtMs;
  closeSync(from);
  closeSync(into);
  rmSync(to);
  return { ms, keptMs };
}
