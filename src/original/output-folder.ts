import { CardumeError } from "../core/errors.ts";
import { makeFolder } from "../runtime/make-folder.ts";

/** What the machine refuses, rather than what a person mistyped. */
const REFUSALS = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT"];

/**
 * Makes sure that a folder for output is there.
 * @throws CardumeError `folder-unusable`: exit code 5 where the machine refuses it, else 2
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (cause) {
    const exitCode = REFUSALS.includes((cause as NodeJS.ErrnoException).code ?? "") ? 5 : 2;
    const message = `cannot use ${folder} for output: ${(cause as Error).message}`;
    throw new CardumeError("folder-unusable", message, { exitCode, cause });
  }
}
