import { InvalidArgumentError, Option } from "commander";

/** The options of every command of the library. */
export interface LibraryFlags {
  readonly data?: string;
  readonly json?: boolean;
}

/** `--data`, as every command of the library has it. */
export const dataOption = (): Option =>
  new Option("--data <dir>", "the library's folder (default: $CARDUME_DATA, else the system's place for it)").argParser(
    (folder) => {
      if (folder === "") throw new InvalidArgumentError("It has to be the name of a folder.");
      return folder;
    },
  );

/** What VIDEO can be, for help texts. */
export const VIDEO_HELP: string = `
VIDEO is an id (hex or base32), 8 or more of its first characters, an exact title, or a link.`;

/** How paths stand in JSON, for help texts. */
export const PATH_HELP: string = `A path that is no UTF-8 has "pathBase64" beside it.`;
