import { lstatSync } from "node:fs";
import type { LibraryFace } from "../gateway/library-face.ts";
import type { FilePath } from "../store/disk.ts";
import { printable } from "../store/disk-errors.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes } from "./format.ts";
import type { Output } from "./output.ts";
import type { RmFlags } from "./rm.ts";
import { hexOf, pathJson } from "./video-json.ts";
import { shortId, titleText } from "./video-text.ts";
import { withLibrary } from "./with-library.ts";

/** Removes one video as the command line orders it, tells what stays, and returns the exit code. */
export function removeVideo(text: string, { files = false, ...flags }: RmFlags): Promise<number> {
  return withLibrary("rm", flags, async ({ library, output }) => {
    const video = await library.find(text);
    const subtitles = await subtitlesOf(library, video);
    const all = [video, ...subtitles].map((row) => ({ row, wasThere: isThere(row.source) }));
    await library.remove(video.id, { files });
    const [own, ...others] = all.map(({ row, wasThere }) => new Removed(row, wasThere));
    const gone: Removed[] = [];
    for (const one of others) if ((await library.get(one.row.id)) === undefined) gone.push(one);
    tell(output, own as Removed, gone);
    const kept = files ? [own as Removed, ...gone].filter(({ stays }) => stays) : [];
    for (const { row } of kept)
      output.notice(`cardume: ${printable(row.source as FilePath)} has changed since it was added, and stays`);
    return kept.length > 0 ? EXIT.incomplete : EXIT.done;
  });
}

/** A row that is no longer in the library, and what became of its file in place. */
class Removed {
  readonly row: VideoInfo;
  readonly stays: boolean;
  readonly #wasThere: boolean;

  constructor(row: VideoInfo, wasThere: boolean) {
    this.row = row;
    this.#wasThere = wasThere;
    this.stays = isThere(row.source);
  }

  /** For a person: where the bytes were, and whether they still are. */
  get text(): string {
    const { source, heldBytes } = this.row;
    if (source === undefined) return `${formatBytes(heldBytes)} deleted`;
    const path = printable(source);
    if (this.stays) return `the file stays at ${path}`;
    return this.#wasThere ? `${path} deleted` : `the file was not at ${path} any more`;
  }

  get json(): object {
    return {
      ...pathJson(this.row.source),
      fileRemoved: this.row.source !== undefined && this.#wasThere && !this.stays,
      fileStays: this.stays,
    };
  }
}

function tell(output: Output, { row, text, json }: Removed, subtitles: readonly Removed[]): void {
  const { id, title } = row;
  const lines = [`removed  ${shortId(id)}  ${titleText(title)}: ${text}`];
  for (const one of subtitles) lines.push(`  with its subtitles ${titleText(one.row.fileName)}: ${one.text}`);
  const others = subtitles.map((one) => ({ id: hexOf(one.row.id), name: one.row.fileName, ...one.json }));
  output.result(lines.join("\n"), { id: hexOf(id), title, ...json, subtitles: others });
}

/** The subtitle files that are named with a video. One whose manifest is damaged can be removed all the same. */
async function subtitlesOf(library: LibraryFace, { id }: VideoInfo): Promise<VideoInfo[]> {
  const details = await library.details(id).catch(() => undefined);
  const named = new Map(
    (details?.claims ?? []).flatMap(({ claims }) => claims.subtitles.map((one) => [hexOf(one.id), one.id] as const)),
  );
  const rows: VideoInfo[] = [];
  for (const subtitle of named.values()) {
    const row = await library.get(subtitle);
    if (row?.kind === "subtitle") rows.push(row);
  }
  return rows;
}

function isThere(path: FilePath | undefined): boolean {
  try {
    return path !== undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
