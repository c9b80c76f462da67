import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import envPaths from "env-paths";

/**
 * Where the library is: as told, else `CARDUME_DATA`, else the place for programs' data of this system (on Linux
 * `$XDG_DATA_HOME/cardume` or `~/.local/share/cardume`).
 */
export const dataFolder = (told: string | undefined, environment: NodeJS.ProcessEnv = process.env): string =>
  resolve(told ?? (environment["CARDUME_DATA"] || systemFolder()));

/** A relative `XDG_DATA_HOME` is to be ignored, says its specification. */
function systemFolder(): string {
  const { data } = envPaths("cardume", { suffix: "" });
  return isAbsolute(data) ? data : join(homedir(), ".local", "share", "cardume");
}
