import type { Catalogue } from "./catalogue.ts";
import type { SentError } from "./catalogue-errors.ts";
import type { CatalogueState } from "./catalogue-schema.ts";

/** What can be asked of a catalogue. */
export type Method = Exclude<keyof Catalogue, "close">;

/** One thing asked. */
export type Operation = {
  [Name in Method]: { readonly method: Name; readonly args: Parameters<Catalogue[Name]> };
}[Method];

const WRITES: readonly Method[] = ["put", "hold", "remove"];

/** Whether an operation changes something. */
export const isWrite = ({ method }: Operation): boolean => WRITES.includes(method);

/** What one operation came to: a value as `SqliteRows` gives it, or an error. */
export type Answer = { readonly value: unknown } | { readonly error: SentError };

/** To the worker: operations in the order they were asked in, their writes for one transaction; or the end. */
export type Question = readonly Operation[] | "close";

/** From the worker: first how the catalogue was found, or why not; then the answers to each list of operations. */
export type Report =
  | { readonly state: CatalogueState; readonly movedTo: string | undefined }
  | { readonly refused: SentError }
  | readonly Answer[];
