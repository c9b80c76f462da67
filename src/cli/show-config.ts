import { type Config, type Origin, readConfig } from "../config.ts";
import { SETTING_KEYS } from "../config-settings.ts";
import { dataFolder } from "../store/data-folder.ts";
import { printable } from "../store/disk-errors.ts";
import { EXIT } from "./exit-code.ts";
import type { LibraryFlags } from "./library-options.ts";
import type { NodeFlags } from "./node-flags.ts";
import { Output } from "./output.ts";
import { type Column, tableLines } from "./table.ts";

/** Prints the configuration that is in force. @returns the exit code */
export async function showConfig(flags: LibraryFlags, nodeFlags: NodeFlags): Promise<number> {
  const folder = dataFolder(flags.data);
  const rows = rowsOf(await readConfig({ folder, flags: nodeFlags }), folder, flags.data);
  const output = new Output(flags.json === true);
  for (const { setting, value, origin } of output.isJson ? rows : [])
    output.result("", { setting, value: value ?? null, origin: origin.kind, from: origin.name });
  if (!output.isJson) for (const line of configLines(rows, output.columns)) output.remark(line);
  return EXIT.done;
}

/** One setting as it is shown. */
export interface ConfigRow {
  readonly setting: string;
  readonly value: unknown;
  readonly origin: Origin;
}

function rowsOf({ settings, origins }: Config, folder: string, told: string | undefined): ConfigRow[] {
  const rows = SETTING_KEYS.map((setting) => ({ setting, value: settings[setting], origin: origins[setting] }));
  return [{ setting: "data", value: folder, origin: originOfFolder(told) }, ...rows];
}

function originOfFolder(told: string | undefined): Origin {
  if (told !== undefined) return { kind: "flag", name: "--data" };
  if (process.env["CARDUME_DATA"]) return { kind: "environment", name: "CARDUME_DATA" };
  return { kind: "built-in", name: "built in" };
}

const COLUMNS: readonly Column[] = [{ align: "left" }, { align: "left", isElastic: true }, { align: "left" }];

/** A line a setting: a table as wide as the terminal, or, without one, all of it between tabs. */
export function configLines(rows: readonly ConfigRow[], columns: number | undefined): string[] {
  const cells = rows.map(({ setting, value, origin }) => [setting, valueText(value), printable(origin.name)]);
  return columns === undefined ? cells.map((row) => row.join("\t")) : tableLines(cells, COLUMNS, columns);
}

function valueText(value: unknown): string {
  if (value === undefined || value === "") return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : printable(value.join(" "));
  return printable(String(value));
}
