import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { connectToNode } from "../../../src/gateway/connect.ts";
import { serveControl } from "../../../src/gateway/control-server.ts";
import type { LibraryFace } from "../../../src/gateway/library-face.ts";
import type { AddOptions, AddReport } from "../../../src/store/add-paths.ts";
import type { Library } from "../../../src/store/library.ts";
import { openStore } from "../../../src/store/open.ts";
import { ScriptedNode } from "../../unit/gateway/scripted-node.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";

/** A library as a command sees it, and the folder of files beside it. */
export interface FaceStage {
  readonly face: LibraryFace;
  /** The same library, as the process has it that opened it. */
  readonly library: Library;
  readonly data: string;
  /** A file's path in the folder of files. */
  file(name: string): string;
}

type Open = (library: Library) => Promise<LibraryFace>;

/** Both implementations, by name. */
export const LIBRARY_FACES: readonly (readonly [name: string, open: Open])[] = [
  ["the library of this process", (library) => Promise.resolve(library)],
  ["the library of a running node", remote],
];

async function remote(library: Library): Promise<LibraryFace> {
  const bugs: unknown[] = [];
  const control = await serveControl(new ScriptedNode(library), {
    shutdown: () => {},
    onBug: (error) => bugs.push(error),
  });
  const running = await connectToNode(library.folder);
  if (running === undefined) throw new Error("the node does not answer");
  onTestFinished(async () => {
    await running.library.close();
    await control.close();
    if (bugs.length > 0) throw bugs[0];
  });
  return running.library;
}

/** Makes one, closed after the test. */
export async function makeFace(open: Open): Promise<FaceStage> {
  const folder = tempFolder();
  const [data, files] = [join(folder, "data"), join(folder, "files")];
  mkdirSync(files);
  const library = await openStore({ folder: data });
  onTestFinished(() => library.close());
  return { face: await open(library), library, data, file: (name) => join(files, name) };
}

/** What became of all that was added. */
export async function reportsOf(
  face: LibraryFace,
  paths: Parameters<LibraryFace["add"]>[0],
  options?: AddOptions,
): Promise<AddReport[]> {
  const reports: AddReport[] = [];
  for await (const report of face.add(paths, options)) reports.push(report);
  return reports;
}

/** The id of the one file that was added. */
export async function addedId(face: LibraryFace, path: string, options?: AddOptions): Promise<Uint8Array> {
  const [report] = await reportsOf(face, [path], options);
  if (report === undefined || !("id" in report)) throw new Error(`not added: ${path}`);
  return report.id;
}

/** All bytes that come. */
export async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(Uint8Array.from(part));
  return Buffer.concat(all);
}
