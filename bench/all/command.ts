import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { OURS, type Side } from "./side.ts";
import { FULL_SIZES, QUICK_SIZES, type Sizes, type Task } from "./task.ts";
import { tasksOf } from "./works.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Where the committed book is. */
export const BOOK_FOLDER: string = join(ROOT, "docs/benchmarks");
/** Where the books go that are not to be committed. */
const TRIAL_FOLDER = join(ROOT, ".cache/benchmarks");
const ROUNDS = 5;

/** What `bench:all` is to do. */
export interface AllCommand {
  readonly install: boolean;
  readonly tasks: readonly Task[];
  readonly sides: readonly Side[];
  readonly sizes: Sizes;
  readonly rounds: number;
  readonly out: string;
  /** Whether the short form that `bench:check` compares with is measured, too: of a whole run that is to be committed. */
  readonly withShort: boolean;
}

/** Reads the command's arguments; a text says what is wrong with them. */
export function commandOf(args: readonly string[], all: readonly Side[]): AllCommand | string {
  try {
    return readCommand(args, all);
  } catch (error) {
    return (error as Error).message;
  }
}

function readCommand(args: readonly string[], all: readonly Side[]): AllCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      rounds: { type: "string" },
      mib: { type: "string" },
      sides: { type: "string" },
      out: { type: "string" },
      quick: { type: "boolean", default: false },
      install: { type: "boolean", default: false },
    },
  });
  const sizes = values.quick ? QUICK_SIZES : FULL_SIZES;
  const isTrial = values.quick || values.sides !== undefined;
  return {
    install: values.install,
    tasks: tasksOf(values.only),
    sides: values.sides === undefined ? all : sidesOf(values.sides, all),
    sizes: { ...sizes, mib: numberOf("--mib", values.mib, sizes.mib) },
    rounds: numberOf("--rounds", values.rounds, values.quick ? 1 : ROUNDS),
    out: values.out ?? (isTrial ? TRIAL_FOLDER : BOOK_FOLDER),
    withShort: !isTrial && values.only === undefined,
  };
}

function sidesOf(text: string, all: readonly Side[]): Side[] {
  const wanted = new Set(text.split(",").map((name) => name.trim().toLowerCase()));
  // Ours is always there: without it nothing is compared.
  wanted.add(OURS.toLowerCase());
  const isWanted = ({ name }: Side): boolean => [...wanted].some((one) => name.toLowerCase().startsWith(one));
  for (const one of wanted)
    if (!all.some(({ name }) => name.toLowerCase().startsWith(one)))
      throw new Error(`there is no side ${one}: they are ${all.map(({ name }) => name).join(", ")}`);
  return all.filter(isWanted);
}

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= 1 && Number.isInteger(value))) throw new Error(`${name} is a number from 1 on, not ${text}`);
  return value;
}
