import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { BUILT_START } from "../../lab/built.ts";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import type { Lab } from "../../lab/lab.ts";
import type { LabNode } from "../../lab/lab-node.ts";
import { runCardume } from "../../lab/program.ts";
import { untilNeighbours } from "../../lab/scenarios/holders.ts";
import type { Film } from "./watch-film.ts";
import type { Gateway, Shoal, Side } from "./watch-side.ts";

/** Whether `cardume up` has a gateway. */
export async function hasGateway(): Promise<boolean> {
  const { stdout } = await runCardume(["up", "--help"]);
  return stdout.includes("--http");
}

/** The built package: holders and gateway are `cardume up` processes. */
export const ours: Side = {
  name: "cardume",
  isOurs: true,
  hasHls: true,
  shoal: async (lab, film, lines) => {
    const holders: LabNode[] = [];
    for (const shape of lines)
      holders.push(
        await lab.node(nameOf(lab, "holder"), {
          shape,
          holds: [film.path],
          join: holders.slice(0, 1),
          launcher: BUILT_START,
          more: ["--http", "off"],
        }),
      );
    const id = (holders[0] as LabNode).ids[0] as string;
    const shoal: Shoal = {
      gateway: () => gateway(lab, film, id, holders),
      kill: (holder) => (holders[holder] as LabNode).kill(),
    };
    return shoal;
  },
  held: (lab, film) => gateway(lab, film, undefined, []),
};

const nameOf = (lab: Lab, what: string): string => `${what}-${lab.nodes.length + 1}`;

/** A node with a gateway. Without an id it holds the film itself. */
async function gateway(lab: Lab, film: Film, id: string | undefined, holders: readonly LabNode[]): Promise<Gateway> {
  const [port = 0] = await freeTcpPorts(1);
  const node = await lab.node(nameOf(lab, "gateway"), {
    holds: id === undefined ? [film.path] : [],
    join: holders,
    launcher: BUILT_START,
    more: ["--http", `127.0.0.1:${port}`],
  });
  await untilNeighbours(node, holders.length);
  const base = `http://127.0.0.1:${port}/v/${id ?? node.ids[0]}`;
  const stop = async (): Promise<void> => {
    await node.kill();
    rmSync(join(lab.folder, node.name), { recursive: true, force: true });
  };
  return {
    url: `${base}/${basename(film.path)}`,
    hlsUrl: `${base}/hls/master.m3u8`,
    pid: node.emulated.pid ?? 0,
    stop,
  };
}
