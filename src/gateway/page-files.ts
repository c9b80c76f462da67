import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { PAGE } from "../core/limits.ts";

/** A file of the page, in memory with its compressed forms. */
export interface PageFile {
  readonly type: string;
  readonly cacheControl: string;
  readonly plain: Buffer;
  /** `undefined` where it would be no smaller. */
  readonly brotli: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

/** The only types that are served; a file of another ending is not the page's. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** What says nothing by its ending is small enough to be compressed again for nothing. */
const PACKED: ReadonlySet<string> = new Set([".png", ".woff2"]);

/** A year: their names change with what is in them. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Where the build puts the page: `dist/web`, from the source as from the package. */
export const pageFolder = (): string =>
  fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../../dist/web/" : "../web/", import.meta.url));

/**
 * Reads the files of the page, each by its path on the gateway; `/` is index.html.
 * @returns none when it was not built
 */
export async function readPageFiles(folder: string): Promise<ReadonlyMap<string, PageFile>> {
  const files = new Map<string, PageFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const name = `/${relative(folder, path).split(sep).join("/")}`;
    const plain = await readFile(path);
    if (plain.length > PAGE.maxPageFileBytes) continue;
    files.set(name === "/index.html" ? "/" : name, pageFile(name, type, plain));
  }
  return files;
}

function pageFile(name: string, type: string, plain: Buffer): PageFile {
  const isHashed = name.startsWith("/assets/");
  const cacheControl = isHashed ? IMMUTABLE : "no-store";
  const rest = { type, plain, cacheControl };
  if (PACKED.has(extname(name)) || plain.length < 1024) return { ...rest, brotli: undefined, gzip: undefined };
  // Done once at the start: the middle quality takes some milliseconds a file.
  const brotli = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } });
  const gzip = gzipSync(plain, { level: 7 });
  return { ...rest, brotli, gzip };
}
