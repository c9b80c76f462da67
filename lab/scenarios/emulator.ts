import { fileURLToPath } from "node:url";
import { freeTcpPorts } from "../emulator/free-ports.ts";
import type { Lab } from "../lab.ts";
import { Program, runNode } from "../program.ts";
import { atLeast, atMost, type Demand, type Outcome, round, type Scenario } from "../scenario.ts";
import { type LinkShape, line, megabits, OPEN_LINK } from "../shaping/link-shape.ts";

const PROBE = fileURLToPath(new URL("../probe.ts", import.meta.url));
const RATES_MBIT = [0.25, 10, 50, 200, 1000];
const DELAYS_MS = [5, 20, 100];

/** Starts a probe behind a line. @returns the public port */
async function behind(lab: Lab, shape: LinkShape, ...args: string[]): Promise<number> {
  const program = lab.run(new Program(process.execPath, [PROBE, ...args]));
  const port = Number((await program.says(/^\d+$/m))[0]);
  const [publicPort = 0] = await freeTcpPorts(1);
  await lab.emulator.add(`probe ${publicPort}`, shape, new Map([[publicPort, port]]));
  return publicPort;
}

async function drained(port: number): Promise<number> {
  const { bytes, ms } = JSON.parse((await runNode([PROBE, "drain", String(port)])).stdout) as Record<string, number>;
  return (bytes as number) / (ms as number);
}

async function run(lab: Lab): Promise<Outcome> {
  const rows: string[][] = [];
  const demands: Demand[] = [];
  const figures: Record<string, number> = {};
  const open = (await drained(await behind(lab, OPEN_LINK, "source", String(1_073_741_824)))) / 1000;
  rows.push(["no line at all", "as it comes", `${round(open)} MB/s`]);
  demands.push(atLeast("passes, one connection, no line", open, 100, " MB/s"));
  figures["openMBps"] = open;
  for (const rate of RATES_MBIT) {
    const shape = { ...OPEN_LINK, upBytesPerMs: megabits(rate) };
    const bytes = Math.max(60_000, Math.round(megabits(rate) * 2500));
    const share = (await drained(await behind(lab, shape, "source", String(bytes)))) / megabits(rate);
    rows.push([`${rate} Mbit/s`, `${rate} Mbit/s`, `${round(share * rate)} Mbit/s`]);
    demands.push(atMost(`rate, ${rate} Mbit/s, off by`, Math.abs(share - 1) * 100, 2, " %"));
    figures[`rate${rate}MbitShare`] = share;
  }
  for (const delayMs of DELAYS_MS) {
    const port = await behind(lab, line(100, delayMs), "echo");
    const trips = JSON.parse((await runNode([PROBE, "ping", String(port), "20"])).stdout) as number[];
    trips.sort((a, b) => a - b);
    const median = trips[Math.floor(trips.length / 2)] as number;
    rows.push([
      `${delayMs} ms one way`,
      `${2 * delayMs} ms and back`,
      `${round(median)} ms (most ${round(trips.at(-1) as number)})`,
    ]);
    demands.push(atMost(`delay, ${delayMs} ms one way, off by`, Math.abs(median - 2 * delayMs), 3, " ms"));
    figures[`delay${delayMs}RoundTripMs`] = median;
  }
  return { head: ["line", "wanted", "measured"], rows, demands, figures };
}

/** The lab itself: what its lines pass, and how true they are. */
export const emulator: Scenario = {
  name: "emulator",
  about: "the lab itself: MB/s it can pass, and how true its rates and delays are",
  run,
};
