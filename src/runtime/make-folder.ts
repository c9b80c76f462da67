import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { syncFolder } from "./sync-folder.ts";

/**
 * Makes a folder and those above it that are missing, and has their names on the disk when it returns. One at a time,
 * since Node's own recursive mkdir never returns where the system answers "no such file" for a child of a folder that is
 * there, as /proc does.
 * @throws Error in words: it is a file, or what the system says
 */
export async function makeFolder(path: string): Promise<void> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (!(stats instanceof Error)) {
    if (stats.isDirectory()) return;
    throw new Error("it is a file");
  }
  if (stats.code === "ENOTDIR") throw new Error("a part of its path is a file");
  if (stats.code !== "ENOENT") throw stats;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) await makeFolder(parent);
  await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
    // Somebody else was faster, unless what is there is a link that leads nowhere, or has become a file.
    if (error.code !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  });
  await syncFolder(parent).catch((error: NodeJS.ErrnoException) => {
    // A folder may be one that we can make things in and not read.
    if (error.code !== "EACCES" && error.code !== "EINVAL") throw error;
  });
}
