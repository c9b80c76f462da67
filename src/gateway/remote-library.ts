import { resolve } from "node:path";
import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { STORE, VIDEO } from "../core/limits.ts";
import type { AddOptions, AddProgress, AddReport } from "../store/add-paths.ts";
import type { VideoQuery } from "../store/catalogue.ts";
import type { FilePath } from "../store/disk.ts";
import { printable } from "../store/disk-errors.ts";
import type { ExportOptions } from "../store/export-file.ts";
import type { VerifyReport } from "../store/library.ts";
import type { VideoInfo } from "../store/video-info.ts";
import type { ApiClient } from "./api-client.ts";
import {
  type ApiDetails,
  type ApiReport,
  type ApiVerified,
  type ApiVideo,
  apiPath,
  detailsOf,
  reportOf,
  verifiedOf,
  videoOf,
} from "./api-values.ts";
import { exportBytes } from "./export-bytes.ts";
import type { LibraryFace, ShownDetails } from "./library-face.ts";

/** Whose library it is, and where. */
export interface RemoteLibraryParts {
  readonly client: ApiClient;
  readonly folder: string;
  readonly publisher: Uint8Array;
}

/** The library that a node of this machine has open, through its control socket. */
export class RemoteLibrary implements LibraryFace {
  readonly folder: string;
  readonly publisher: Uint8Array;
  readonly #client: ApiClient;

  constructor({ client, folder, publisher }: RemoteLibraryParts) {
    this.#client = client;
    this.folder = folder;
    this.publisher = publisher;
  }

  async *add(paths: readonly FilePath[], options: AddOptions = {}): AsyncGenerator<AddReport> {
    const { copy, title, onProgress, signal } = options;
    // The node's working folder is another one.
    const named = new Map(paths.map((path) => [keyOf(absolute(path)), path]));
    const body = { paths: paths.map((path) => apiPath(absolute(path))), copy, title };
    type Line = { readonly report: ApiReport } | { readonly progress: AddProgress };
    for await (const line of this.#client.lines<Line>({ method: "POST", path: "/videos", body, signal })) {
      if ("report" in line) yield asNamed(reportOf(line.report), named);
      else onProgress?.(line.progress);
    }
  }

  async list({ words, kind, limit }: VideoQuery = {}): Promise<VideoInfo[]> {
    // More of it is not looked at anyway, and would not go into a request.
    const query = queryOf({ words: words?.slice(0, STORE.maxSearchChars), kind, limit });
    const videos: VideoInfo[] = [];
    for await (const video of this.#client.lines<ApiVideo>({ method: "GET", path: `/videos${query}` }))
      videos.push(videoOf(video));
    return videos;
  }

  async find(text: string): Promise<VideoInfo> {
    // What is longer is no link, and no title either.
    const video = text.slice(0, VIDEO.maxLinkChars + 1);
    return videoOf(await this.#get<ApiVideo>(`/lookup${queryOf({ video })}`));
  }

  async get(id: Uint8Array): Promise<VideoInfo | undefined> {
    try {
      return videoOf(await this.#get<ApiVideo>(pathOf(id)));
    } catch (error) {
      if (error instanceof CardumeError && error.code === "video-unknown") return undefined;
      throw error;
    }
  }

  async details(id: Uint8Array): Promise<ShownDetails> {
    return detailsOf(await this.#get<ApiDetails>(`${pathOf(id)}/details`));
  }

  async link(id: Uint8Array): Promise<string> {
    return (await this.#get<{ link: string }>(`${pathOf(id)}/link`)).link;
  }

  stream(id: Uint8Array, from?: number, to?: number): AsyncGenerator<Uint8Array> {
    return this.#client.bytes({ method: "GET", path: `${pathOf(id)}/bytes${queryOf({ from, to })}` });
  }

  /** Written by this process, not by the node: with this one's rights, and where this one is. */
  async export(id: Uint8Array, path: string, options: ExportOptions = {}): Promise<void> {
    const { bytes } = await this.#get<ApiVideo>(pathOf(id));
    await exportBytes(this.stream(id), bytes, path, options);
  }

  async verify(
    id: Uint8Array,
    options: { readonly onBytes?: (bytes: number) => void; readonly signal?: AbortSignal } = {},
  ): Promise<VerifyReport> {
    const { onBytes, signal } = options;
    type Line = { readonly report: ApiVerified } | { readonly progress: { readonly bytes: number } };
    let told = 0;
    let report: VerifyReport | undefined;
    const path = `${pathOf(id)}/verify`;
    for await (const line of this.#client.lines<Line>({ method: "POST", path, body: {}, signal })) {
      if ("report" in line) report = verifiedOf(line.report);
      else {
        onBytes?.(line.progress.bytes - told);
        told = line.progress.bytes;
      }
    }
    if (report === undefined) throw new CardumeError("node-gone", "the node did not answer", { exitCode: 5 });
    return report;
  }

  async remove(id: Uint8Array, options: { readonly files?: boolean } = {}): Promise<boolean> {
    const path = `${pathOf(id)}${queryOf({ files: options.files === true ? "true" : undefined })}`;
    return (await this.#client.json<{ isFileRemoved: boolean }>({ method: "DELETE", path })).isFileRemoved;
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  #get<Answer>(path: string): Promise<Answer> {
    return this.#client.json<Answer>({ method: "GET", path });
  }
}

const pathOf = (id: Uint8Array): string => `/videos/${toBase32(id)}`;

/** A query string of what is there. */
export function queryOf(fields: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) query.set(key, String(value));
  return query.size === 0 ? "" : `?${query}`;
}

/** An absolute path, byte for byte. */
function absolute(path: FilePath): FilePath {
  if (typeof path === "string") return resolve(path);
  return path[0] === 0x2f ? path : Buffer.concat([Buffer.from(`${process.cwd()}/`), path]);
}

const keyOf = (path: FilePath): string => Buffer.from(path).toString("latin1");

/** What was never found is told by the name that the person gave it; what was found has its real path anyway. */
function asNamed(report: AddReport, named: ReadonlyMap<string, FilePath>): AddReport {
  const path = named.get(keyOf(report.path));
  if (path === undefined) return report;
  if (report.outcome === "skipped") return { ...report, path };
  if (report.outcome !== "failed" || report.error.code !== "file-missing") return report;
  const { code, message, exitCode } = report.error;
  const said = message.replace(printable(report.path), () => printable(path));
  return { ...report, path, error: new CardumeError(code, said, { exitCode }) };
}
