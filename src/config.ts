import { type ConfigFile, invalid, readConfigFile } from "./config-file.ts";
import { SETTING_KEYS, SETTINGS, type Settings, variableOf } from "./config-settings.ts";
import type { Read } from "./config-values.ts";
import { CardumeError } from "./core/errors.ts";

/** Where a value comes from: `built-in`, a file's path, a variable's name, or a flag. */
export interface Origin {
  readonly kind: "built-in" | "file" | "environment" | "flag";
  readonly name: string;
}

/** All settings, and where each comes from. */
export interface Config {
  readonly settings: Settings;
  readonly origins: Readonly<Record<keyof Settings, Origin>>;
}

/** What the configuration is made of. */
export interface ConfigSources {
  /** The data folder, in which `config.toml` may be. */
  readonly folder: string;
  /** What flags of the command line say, by the settings' names. */
  readonly flags?: Readonly<Partial<Record<keyof Settings, unknown>>>;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * The configuration of a node: built-in values, over them the file's, the environment's and the flags'.
 * @throws CardumeError `config-invalid` in one line that names the file, the variable or the flag
 */
export async function readConfig({ folder, flags = {}, environment = process.env }: ConfigSources): Promise<Config> {
  const file = await readConfigFile(folder, environment);
  checkKeys(file);
  const settings: Partial<Record<keyof Settings, unknown>> = {};
  const origins: Partial<Record<keyof Settings, Origin>> = {};
  for (const key of SETTING_KEYS) {
    const { value, origin } = settle(key, file, environment, flags);
    settings[key] = value;
    origins[key] = origin;
  }
  return { settings: settings as Settings, origins: origins as Record<keyof Settings, Origin> };
}

function settle(
  key: keyof Settings,
  file: ConfigFile | undefined,
  environment: NodeJS.ProcessEnv,
  flags: NonNullable<ConfigSources["flags"]>,
): { value: unknown; origin: Origin } {
  const { read, builtIn, flag } = SETTINGS[key];
  if (flags[key] !== undefined)
    return { value: accepted(read(flags[key]), wrong(flag)), origin: { kind: "flag", name: flag } };
  const variable = variableOf(key);
  const text = environment[variable];
  // An empty one is as good as none: that is how a container's file of variables takes one back.
  if (text !== undefined && text.trim() !== "")
    return { value: accepted(read(text), wrong(variable)), origin: { kind: "environment", name: variable } };
  if (file !== undefined && Object.hasOwn(file.values, key)) {
    const value = accepted(read(file.values[key]), (problem) => invalid(file.path, `${key} ${problem}`));
    return { value, origin: { kind: "file", name: file.path } };
  }
  return { value: builtIn(), origin: { kind: "built-in", name: "built in" } };
}

function accepted(read: Read<unknown>, asError: (problem: string) => CardumeError): unknown {
  if ("problem" in read) throw asError(read.problem);
  return read.value;
}

const wrong =
  (name: string) =>
  (problem: string): CardumeError =>
    new CardumeError("config-invalid", `${name} ${problem}`);

function checkKeys(file: ConfigFile | undefined): void {
  if (file === undefined) return;
  const unknown = Object.keys(file.values).find((key) => !Object.hasOwn(SETTINGS, key));
  if (unknown === undefined) return;
  const shown = JSON.stringify(unknown.slice(0, 80));
  throw invalid(file.path, `there is no setting ${shown}; there are ${SETTING_KEYS.join(", ")}`);
}
