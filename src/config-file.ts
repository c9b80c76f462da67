import { open } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import envPaths from "env-paths";
import { CardumeError } from "./core/errors.ts";
import { FILES } from "./core/limits.ts";
import { printable } from "./store/disk-errors.ts";

/** A configuration file that was found. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The configuration file of a data folder: its `config.toml`, else `cardume/config.toml` in the system's place for
 * configurations (`$XDG_CONFIG_HOME`, `~/.config`).
 * @throws CardumeError `config-invalid`
 */
export async function readConfigFile(folder: string, environment: NodeJS.ProcessEnv): Promise<ConfigFile | undefined> {
  for (const path of [join(folder, "config.toml"), systemFile(environment)]) {
    const text = await textOf(path);
    if (text !== undefined) return { path, values: await valuesIn(text, path) };
  }
  return undefined;
}

function systemFile(environment: NodeJS.ProcessEnv): string {
  const told = environment["XDG_CONFIG_HOME"] ?? "";
  // A relative one is to be ignored, says its specification.
  const folder = isAbsolute(told) ? join(told, "cardume") : envPaths("cardume", { suffix: "" }).config;
  return join(folder, "config.toml");
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > FILES.maxConfigBytes) throw invalid(path, `it has more than ${FILES.maxConfigBytes} bytes`);
      return await file.readFile("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CardumeError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw invalid(path, `cannot be read: ${message}`);
  }
}

async function valuesIn(text: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what = "it is not TOML"] = error.message.split("\n");
    throw invalid(path, `line ${error.line}: ${what.replace(/^Invalid TOML document: /, "")}`);
  }
}

/** What is wrong with a configuration file, in a line. */
export const invalid = (path: string, problem: string): CardumeError =>
  new CardumeError("config-invalid", `${printable(path)}: ${problem}`);
