import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Which chunks of a video a library's catalogue says are held, while the library is in use or after its process was
 * killed: acknowledged, whatever becomes of that process. Empty when there is no catalogue yet, or no such video.
 */
export function heldOutside(folder: string, id: Uint8Array): number[] {
  if (!existsSync(join(folder, "library.db"))) return [];
  // Whoever uses it has it locked, and reading it would leave a file there: a copy is what a kill at this moment leaves.
  const copy = mkdtempSync(join(tmpdir(), "cardume-test-"));
  try {
    for (const name of ["library.db", "library.db-wal"])
      if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
    return heldIn(join(copy, "library.db"), id);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function heldIn(path: string, id: Uint8Array): number[] {
  const database = new DatabaseSync(path);
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'holding'").get() === undefined) return [];
    const row = database.prepare("SELECT bitmap FROM holding JOIN video USING (number) WHERE id = ?").get(id);
    const bitmap = (row?.["bitmap"] ?? new Uint8Array()) as Uint8Array;
    return Array.from({ length: 8 * bitmap.length }, (_, chunk) => chunk).filter(
      (chunk) => (((bitmap[chunk >> 3] as number) >> (chunk & 7)) & 1) === 1,
    );
  } finally {
    database.close();
  }
}
