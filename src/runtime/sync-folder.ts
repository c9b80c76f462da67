import { close, fsync, open } from "node:fs";
import { promisify } from "node:util";

const openPath = promisify(open);
const syncFd = promisify(fsync);
const closeFd = promisify(close);

/**
 * Returns when a folder's names are on the disk. Windows has no such call for folders: there its journal has to do.
 * @throws the system's error
 */
export async function syncFolder(path: string | Buffer): Promise<void> {
  if (process.platform === "win32") return;
  const fd = await openPath(path, "r");
  try {
    await syncFd(fd);
  } finally {
    await closeFd(fd);
  }
}
