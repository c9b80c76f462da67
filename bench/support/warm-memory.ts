import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const PIECE_BYTES = 32_768;

/**
 * Has the system find memory for a file of so many bytes, and gives it back at once. In a virtual machine memory that was
 * free for a while is the host's again, and to get it costs whoever writes next up to 2.6 CPU-s a GiB: so each side finds
 * it warm, and the programs are measured, not the host.
 */
export function warmMemory(folder: string, bytes: number): void {
  const path = join(folder, "warm");
  const piece = new Uint8Array(PIECE_BYTES).fill(1);
  const file = openSync(path, "w");
  for (let written = 0; written < bytes; written += PIECE_BYTES) writeSync(file, piece);
  closeSync(file);
  rmSync(path);
}
