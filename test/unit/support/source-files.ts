import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The repository, from wherever the tests are started. */
export const ROOT: string = join(import.meta.dirname, "../../..");

/** A file of the repository: its path from the root, with `/`, and what is in it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The TypeScript files below these folders; folders that are not there yet have none. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      globSync("**/*.ts", { cwd: join(ROOT, folder), exclude: ["**/node_modules/**"] }).map((path) =>
        join(folder, path),
      ),
    )
    .map((path) => ({ path: path.replaceAll("\\", "/"), text: readText(path) }));
}

/** The text of one file. */
export const readText = (path: string): string => readFileSync(join(ROOT, path), "utf8");
