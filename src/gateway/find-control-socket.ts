import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

/** The socket, where its path is short enough and the folder's disk knows sockets. */
export const socketPath = (folder: string): string => join(folder, "control.sock");

/** A text file that names the socket, where it has to be elsewhere. */
export const pointerPath = (folder: string): string => join(folder, "control.path");

/** Where a node of this data folder would listen for this machine's commands, if there is one. */
export async function findControlSocket(folder: string): Promise<string> {
  const pointed = await readFile(pointerPath(folder), "utf8").catch(() => "");
  return isAbsolute(pointed.trim()) ? pointed.trim() : socketPath(folder);
}
