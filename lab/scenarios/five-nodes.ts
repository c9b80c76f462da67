import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import { sha256OfFile } from "../made-file.ts";
import { LAUNCHER, Program, runCardume } from "../program.ts";
import { type Outcome, type Scenario, so } from "../scenario.ts";
import { line } from "../shaping/link-shape.ts";
import { untilNeighbours } from "./holders.ts";

const TITLE = "Ferias em Lisboa";
const MBIT = 100;

/** Everything through the command line, as a person would do it. */
async function run(lab: Lab): Promise<Outcome> {
  const { path } = lab.video("made.bin", 128);
  const folder = lab.newFolder("Videos");
  const file = join(folder, `${TITLE}.bin`);
  copyFileSync(path, file);
  for (const name of ["Natal", "Carnaval"]) writeFileSync(join(folder, `${name}.bin`), `${name}, seed ${lab.seed}`);

  const shape = line(MBIT, 5);
  const contact = await lab.node("contact", { shape });
  const names = ["source", "second", "third", "client"];
  const nodes = [];
  for (const name of names) nodes.push(await lab.node(name, { shape, join: [contact] }));
  const [source, second, third, client] = nodes as [
    (typeof nodes)[0],
    (typeof nodes)[0],
    (typeof nodes)[0],
    (typeof nodes)[0],
  ];
  for (const node of nodes) await untilNeighbours(node, 1);
  await runCardume(["add", folder, "--data", source.folder]);
  lab.say("added a folder of three on source; second and third fetch the largest by its title");
  for (const node of [second, third]) await runCardume(["get", TITLE, "--data", node.folder]);
  const found = await runCardume(["find", ...TITLE.split(" "), "--data", client.folder, "--json"]);
  const { holders, title } = JSON.parse(found.stdout.split("\n")[0] as string) as { holders: object[]; title: string };
  lab.say(`client finds "${title}" at ${holders.length} holders`);

  const out = join(lab.folder, "fetched.bin");
  const startedAtMs = performance.now();
  const getting = new Program(process.execPath, [LAUNCHER, "get", TITLE, "-o", out, "--json", "--data", client.folder]);
  getting.child.stdin?.end();
  const killed = (async () => {
    for (const [part, node] of [
      [0.2, source],
      [0.5, third],
    ] as const) {
      for (;;) {
        const [progress] = await client.api.fetches();
        if (!getting.isRunning) throw new Error(`the fetch was over before ${node.name} was killed:\n${getting.said}`);
        if (progress !== undefined && progress.receivedBytes > part * progress.bytes && progress.bytes > 0) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await node.kill();
      lab.say(`killed ${node.name} after ${Math.round(performance.now() - startedAtMs)} ms`);
    }
  })();
  const [{ code, stdout }] = await Promise.all([getting.ended, killed]);
  const ms = performance.now() - startedAtMs;
  const report = JSON.parse(stdout) as {
    bytes: number;
    receivedBytes: number;
    holders: { peer: string; carrier: string; state: string; receivedBytes: number }[];
  };
  const isSame = code === 0 && (await sha256OfFile(out)) === (await sha256OfFile(path));
  return {
    head: ["holder", "carrier", "MiB", "state"],
    rows: report.holders.map((one) => [
      lab.nameOf(one.peer),
      one.carrier ?? "–",
      (one.receivedBytes / 1_048_576).toFixed(1),
      one.state,
    ]),
    demands: [
      so("found by title at all three holders, from one contact", holders.length === 3),
      so("bit-exact, with two of three holders killed meanwhile", isSame),
    ],
    figures: { ms, bytes: report.bytes, receivedBytes: report.receivedBytes, holders: holders.length },
  };
}

/** What the README shows. */
export const fiveNodes: Scenario = {
  name: "five-nodes",
  about: "five nodes that know one contact: a folder added on one, found by title, fetched while two holders die",
  run,
};
