import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { describeLoss, howToReplay, type PowerCutOptions, runPowerCuts } from "./run-power-cuts.ts";

// npm run torture:disk -- --cuts 1000 [--seed N] [--first N] [--rigs N] [--catalogue here|elsewhere|both]
//   [--without-folder-sync | --without-chunk-sync]

const { values } = parseArgs({
  options: {
    cuts: { type: "string", default: "200" },
    seed: { type: "string" },
    first: { type: "string", default: "0" },
    rigs: { type: "string" },
    catalogue: { type: "string", default: "both" },
    "without-folder-sync": { type: "boolean", default: false },
    "without-chunk-sync": { type: "boolean", default: false },
  },
});

const seed = Number(values.seed ?? randomInt(2 ** 32));
const flaw = (["without-folder-sync", "without-chunk-sync"] as const).find((one) => values[one]);
console.log(`seed ${seed}${flaw === undefined ? "" : `, ${flaw}`}`);

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());

const { counts, losses, died, ...summary } = await runPowerCuts({
  seed,
  cuts: Number(values.cuts),
  first: Number(values.first),
  ...(values.rigs === undefined ? {} : { rigs: Number(values.rigs) }),
  flaw,
  catalogue: values.catalogue as NonNullable<PowerCutOptions["catalogue"]>,
  signal: interrupted.signal,
  onCut: (result) => {
    if (result.problems.length > 0) console.log(describeLoss(result));
  },
});

for (const words of died) console.error(words);
const perCut = (counts.acknowledged / Math.max(1, summary.cuts)).toFixed(1);
const said = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
console.log(`${summary.cuts} power cuts in ${summary.seconds.toFixed(1)} s, ${losses.length} with losses`);
console.log(`${said.join(", ")}: ${perCut} a cut; chunks read and good afterwards: ${summary.goodChunks}`);
console.log(
  `slowest opening ${Math.round(summary.slowestOpenMs)} ms; files left that nobody needs: ${summary.leftovers}`,
);
const [loss] = losses;
if (loss !== undefined) console.log(`to replay, as far as timing allows: ${howToReplay(seed, loss)}`);
process.exitCode = losses.length > 0 || died.length > 0 ? 1 : 0;
if (interrupted.signal.aborted) process.exitCode = 130;
