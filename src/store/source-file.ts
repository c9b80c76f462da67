import type { FilePath } from "./disk.ts";
import type { Stamp } from "./stamp.ts";

/** Where a video kept in place is, and what tells that its file has not changed since it was hashed. */
export interface Source {
  readonly path: FilePath;
  readonly stamp: Stamp;
  /** Parts of it were found damaged: all of it has to be read, should the catalogue be lost. */
  readonly isDamaged?: boolean;
}

/** A `source` file in JSON: its `path` as text (and as `pathBase64` where it is no UTF-8), and its stamp. */
export function encodeSource({ path, stamp, isDamaged }: Source): Uint8Array {
  const fields = {
    version: 1,
    path: path.toString(),
    ...(typeof path === "string" ? {} : { pathBase64: path.toString("base64") }),
    bytes: stamp.bytes,
    mtimeNs: String(stamp.mtimeNs),
    inode: String(stamp.inode),
    ...(isDamaged === true ? { damaged: true } : {}),
  };
  return Buffer.from(`${JSON.stringify(fields, undefined, 2)}\n`);
}

/** Reads a `source` file; `undefined` for anything that is none. */
export function decodeSource(bytes: Uint8Array): Source | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (typeof fields !== "object" || fields === null || fields["version"] !== 1) return undefined;
  const path = pathIn(fields);
  const [mtimeNs, inode] = ["mtimeNs", "inode"].map((key) => integerIn(fields[key]));
  const { bytes: size } = fields;
  if (path === undefined || mtimeNs === undefined || inode === undefined) return undefined;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
  const damage = fields["damaged"] === true ? { isDamaged: true } : {};
  return { path, stamp: { bytes: size, mtimeNs, inode }, ...damage };
}

function pathIn({ path, pathBase64 }: Record<string, unknown>): FilePath | undefined {
  if (typeof pathBase64 === "string") return Buffer.from(pathBase64, "base64");
  return typeof path === "string" && path !== "" && !path.includes("\0") ? path : undefined;
}

const integerIn = (value: unknown): bigint | undefined =>
  typeof value === "string" && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
