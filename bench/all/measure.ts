import { execFileSync } from "node:child_process";
import type { Entry, SideResult } from "./book.ts";
import { thisCommit, thisMachine } from "./machine.ts";
import type { Figures, Runner, Side, Stand } from "./side.ts";
import type { Kind, Sizes, Task } from "./task.ts";

/** A side that is here, or why it is not. */
export interface Present {
  readonly side: Side;
  readonly version: string | undefined;
  readonly why: string | undefined;
}

/** What one side has given so far. */
interface Tally {
  readonly present: Present;
  readonly rounds: Figures[];
  readonly failures: string[];
  why: string | undefined;
}

/** Asks each side whether it can be had here. */
export async function lookAround(sides: readonly Side[]): Promise<Present[]> {
  const present: Present[] = [];
  for (const side of sides) {
    const found = await side.available();
    present.push({
      side,
      version: "version" in found ? found.version : undefined,
      why: "why" in found ? found.why : undefined,
    });
  }
  return present;
}

/** Has all sides do one task in turn, each round another one first. @returns its entry for the book */
export async function measure(
  task: Task,
  all: readonly Present[],
  rounds: number,
  standOf: (round: number) => Stand,
  sizes: Sizes,
  say: (text: string) => void,
): Promise<Entry> {
  const tallies = all.map((present): Tally => ({ present, rounds: [], failures: [], why: whyNot(task, present) }));
  const count = Math.min(rounds, task.mostRounds ?? rounds);
  for (let round = 0; round < count; round++)
    // Whoever goes first has a quieter disk: each does in its turn.
    for (let turn = 0; turn < tallies.length; turn++) {
      const tally = tallies[(round + turn) % tallies.length] as Tally;
      if (tally.why === undefined) await runOnce(task, tally, standOf(round), say);
    }
  return {
    ...{ date: new Date().toISOString(), commit: thisCommit(), machine: thisMachine(), sizes, rounds: count },
    sides: Object.fromEntries(tallies.map((tally) => [tally.present.side.name, resultOf(tally)])),
  };
}

function whyNot(task: Task, { side, why }: Present): string | undefined {
  const does = side.does[task.kind];
  return why ?? (typeof does === "string" ? does : undefined);
}

async function runOnce(task: Task, tally: Tally, stand: Stand, say: (text: string) => void): Promise<void> {
  const { name, does } = tally.present.side;
  const what = `  ${task.name}, round ${stand.round + 1}, ${name}:`;
  execFileSync("sync");
  try {
    const run = does[task.kind] as Runner<Kind["kind"]>;
    const given = await run(task, stand);
    if (typeof given === "string") tally.why = given;
    else tally.rounds.push(given);
    say(`${what} ${typeof given === "string" ? `not measured: ${given}` : oneLine(given)}`);
  } catch (error) {
    // The others are measured all the same, and the table says that this one failed.
    const message = (error as Error).message.split("\n")[0]?.slice(0, 200) ?? "";
    tally.failures.push(message);
    say(`${what} failed: ${(error as Error).message.slice(0, 2000)}`);
  }
}

const oneLine = (figures: Figures): string =>
  Object.entries(figures)
    .map(([key, value]) => `${key} ${[value].flat().map((one) => Number(one.toPrecision(4)))}`)
    .join(", ");

function resultOf({ present, rounds, failures, why }: Tally): SideResult {
  if (rounds.length === 0 && failures.length === 0) return { why: why ?? "not measured" };
  return { version: present.version ?? "", isLimit: present.side.isLimit, rounds, failures };
}
