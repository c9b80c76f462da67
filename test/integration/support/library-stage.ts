import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AddOptions, AddReport } from "../../../src/store/add-paths.ts";
import type { Library } from "../../../src/store/library.ts";
import { openStore } from "../../../src/store/open.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";

/** A library in a new folder, and a folder of files beside it. */
export interface LibraryStage {
  readonly library: Library;
  readonly data: string;
  readonly files: string;
  /** Closes the library, and opens it again. */
  again(): Promise<Library>;
  /** Closes the library. */
  close(): Promise<void>;
}

/** Makes one, closed after the test. */
export async function setUp(): Promise<LibraryStage> {
  const folder = tempFolder();
  const [data, files] = [join(folder, "data"), join(folder, "files")];
  mkdirSync(files);
  let library: Library | undefined;
  const close = async (): Promise<void> => library?.close();
  const again = async (): Promise<Library> => {
    await close();
    library = await openStore({ folder: data });
    return library;
  };
  onTestFinished(close);
  return { library: await again(), data, files, again, close };
}

/** What became of all that was added. */
export async function addAll(library: Library, paths: readonly string[], options?: AddOptions): Promise<AddReport[]> {
  const reports: AddReport[] = [];
  for await (const report of library.add(paths, options)) reports.push(report);
  return reports;
}

/** The id of the first file that was added. */
export async function addOne(library: Library, path: string, options?: AddOptions): Promise<Uint8Array> {
  const [report] = await addAll(library, [path], options);
  if (report === undefined || !("id" in report)) throw new Error(`not added: ${JSON.stringify(report)}`);
  return report.id;
}

/** What became of each path. */
export const outcomes = (reports: readonly AddReport[]): string[] => reports.map(({ outcome }) => outcome);

/** A video's folder. */
export const folderOf = (data: string, id: Uint8Array): string => join(data, "videos", Buffer.from(id).toString("hex"));
