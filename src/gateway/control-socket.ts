import { chmod, mkdtemp, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { CardumeError } from "../core/errors.ts";
import { pointerPath, socketPath } from "./find-control-socket.ts";

/** 108 bytes on Linux and 104 on macOS, the closing zero among them. */
const MAX_SOCKET_PATH_BYTES = 103;
/** A folder that only its owner may enter: what `mkdtemp` makes. A socket is made in there before others could open it. */
const PREFIX = "cardume-control-";
const OWNER_ONLY = 0o600;

/** Makes a server listen on the socket with this path. */
export type ListenAt = (path: string) => Promise<void>;

/** A socket that somebody listens on. */
export interface ControlSocket {
  readonly path: string;
  /** Takes its name away; the server itself is closed by its owner. */
  remove(): Promise<void>;
}

/**
 * Listens on the control socket of a data folder, which only its owner can open. Whoever calls it has the library's
 * lock: what lies there is of a process that was killed, and is replaced. Where the path is too long for a socket, or
 * the folder's disk knows none (exFAT), the socket is in `$XDG_RUNTIME_DIR`, else in the folder for temporary files, and
 * a file in the data folder names it.
 * @throws CardumeError `control-refused`
 */
export async function listenOnControlSocket(folder: string, listen: ListenAt): Promise<ControlSocket> {
  await clear(folder);
  try {
    return (await inside(folder, listen)) ?? (await elsewhere(folder, listen));
  } catch (cause) {
    throw new CardumeError("control-refused", `cannot listen for commands in ${folder}: ${(cause as Error).message}`, {
      exitCode: 5,
      cause,
    });
  }
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES;

/** Made in a folder of its owner's, and moved when it is closed to others. `undefined`: it cannot be in this folder. */
async function inside(folder: string, listen: ListenAt): Promise<ControlSocket | undefined> {
  if (!fits(join(folder, `${PREFIX}XXXXXX`, "s"))) return undefined;
  const nest = await mkdtemp(join(folder, PREFIX));
  const made = join(nest, "s");
  const path = socketPath(folder);
  try {
    try {
      await listen(made);
    } catch (error) {
      // In use it cannot be: what else a socket's place can have against it, is the disk's.
      if (SOCKETLESS.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
    await chmod(made, OWNER_ONLY);
    await rename(made, path);
  } finally {
    await rm(nest, { recursive: true, force: true });
  }
  return { path, remove: () => rm(path, { force: true }) };
}

const SOCKETLESS: readonly string[] = ["EPERM", "EOPNOTSUPP", "ENOTSUP", "EINVAL", "ENAMETOOLONG", "ENOSYS"];

async function elsewhere(folder: string, listen: ListenAt): Promise<ControlSocket> {
  const runtime = process.env["XDG_RUNTIME_DIR"] ?? "";
  const places = [runtime, tmpdir(), "/tmp"].filter((one) => isAbsolute(one));
  const place = places.find((one) => fits(join(one, `${PREFIX}XXXXXX`, "s"))) ?? tmpdir();
  const nest = await mkdtemp(join(place, PREFIX));
  const path = join(nest, "s");
  try {
    await listen(path);
    await chmod(path, OWNER_ONLY);
    // Renamed into its place: nobody reads half a pointer.
    await writeFile(`${pointerPath(folder)}.new`, `${path}\n`, { mode: OWNER_ONLY });
    await rename(`${pointerPath(folder)}.new`, pointerPath(folder));
  } catch (error) {
    await rm(nest, { recursive: true, force: true });
    throw error;
  }
  return { path, remove: () => clear(folder) };
}

/** Takes away what a node of this folder has left behind. */
async function clear(folder: string): Promise<void> {
  const pointed = await readFile(pointerPath(folder), "utf8").catch(() => "");
  const nest = dirname(pointed.trim());
  await rm(socketPath(folder), { force: true });
  await rm(pointerPath(folder), { force: true });
  // Only what we would have made: the pointer is a file like any other.
  if (!basename(nest).startsWith(PREFIX) || basename(pointed.trim()) !== "s") return;
  await rm(join(nest, "s"), { force: true });
  await rmdir(nest).catch(() => {});
}
