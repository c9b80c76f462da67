// `npm run bench:find`: what a search costs in networks of growing size: the real find cores in the simulator, random
// connected networks of mean degree 4, exponential delays of 20 ms a message.
import { runSearch, type SearchOutcome } from "../sim/find/run-search.ts";

const MEAN_DELAY_MS = 20;

interface Row {
  readonly name: string;
  readonly heldShare: number;
  readonly enough: number;
}

const ROWS: readonly Row[] = [
  { name: "nobody has it", heldShare: 0, enough: 4 },
  { name: "1 in 100, 4 wanted", heldShare: 0.01, enough: 4 },
  { name: "a quarter, 4 wanted", heldShare: 0.25, enough: 4 },
  { name: "a quarter, all wanted", heldShare: 0.25, enough: Infinity },
];

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function searches(peers: number, runs: number, row: Row): SearchOutcome[] {
  return Array.from({ length: runs }, (_, seed) =>
    runSearch({ seed, peers, heldShare: row.heldShare, enough: row.enough, meanDelayMs: MEAN_DELAY_MS }),
  );
}

/** One ring of 8 hops, with nobody who answers: what a flood without rings would cost. */
const oneRing = (peers: number, runs: number): number =>
  mean(
    Array.from({ length: runs }, (_, seed) => {
      const plant = { limits: { firstRingHops: 8 } };
      return runSearch({ seed, peers, heldShare: 0, enough: 4, meanDelayMs: MEAN_DELAY_MS, plant }).queries;
    }),
  );

console.log(
  "   peers  what                    Queries  a link  of full  of one ring  answers  Dones  found  to the end, ms  wall ms",
);
for (const [peers, runs] of [
  [10, 200],
  [50, 200],
  [200, 50],
  [1000, 10],
  [10_000, 2],
] as const) {
  const ring = oneRing(peers, runs);
  let full = Number.NaN;
  for (const row of ROWS) {
    const startedAtMs = performance.now();
    const outcomes = searches(peers, runs, row);
    const wallMs = (performance.now() - startedAtMs) / runs;
    const queries = mean(outcomes.map((one) => one.queries));
    if (row.heldShare === 0) full = queries;
    const columns = [
      String(peers).padStart(8),
      `  ${row.name.padEnd(22)}`,
      queries.toFixed(0).padStart(9),
      mean(outcomes.map((one) => one.queries / one.links))
        .toFixed(2)
        .padStart(8),
      `${((100 * queries) / full).toFixed(0)} %`.padStart(9),
      `${((100 * queries) / ring).toFixed(0)} %`.padStart(13),
      mean(outcomes.map((one) => one.answers))
        .toFixed(0)
        .padStart(9),
      mean(outcomes.map((one) => one.dones))
        .toFixed(0)
        .padStart(7),
      mean(outcomes.map((one) => one.found))
        .toFixed(1)
        .padStart(7),
      mean(outcomes.map((one) => one.tookMs))
        .toFixed(0)
        .padStart(16),
      wallMs.toFixed(1).padStart(9),
    ];
    console.log(columns.join(""));
  }
}
