import { resolve } from "node:path";
import envPaths from "env-paths";

/**
 * Where the library is: as told, else `CARDUME_DATA`, else the place for programs' data of this system (on Linux
 * `$XDG_DATA_HOME/cardume` or `~/.local/share/cardume`).
 */
export const dataFolder = (told: string | undefined, environment: NodeJS.ProcessEnv = process.env): string =>
  resolve(told ?? (environment["CARDUME_DATA"] || envPaths("cardume", { suffix: "" }).data));
