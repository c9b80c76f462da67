import type { Lab, NodeWishes } from "../lab.ts";
import type { LabNode } from "../lab-node.ts";
import { sha256OfFile } from "../made-file.ts";
import { runCardume } from "../program.ts";
import type { LinkShape } from "../shaping/link-shape.ts";

/** Nodes that hold one video, and one that has none of it and knows them all. */
export interface Shoal {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
  readonly holders: readonly LabNode[];
  readonly client: LabNode;
}

/** Starts holders behind these lines, and a client behind an open one unless it is told otherwise. */
export async function shoalOf(
  lab: Lab,
  mib: number,
  shapes: readonly LinkShape[],
  clientWishes: NodeWishes = {},
): Promise<Shoal> {
  const { path, bytes } = lab.video("film.bin", mib);
  const holders: LabNode[] = [];
  for (const [index, shape] of shapes.entries())
    holders.push(await lab.node(`holder-${index + 1}`, { shape, holds: [path], join: holders.slice(0, 1) }));
  const client = await lab.node("client", { ...clientWishes, join: holders });
  await untilNeighbours(client, holders.length);
  const id = holders[0]?.ids[0] as string;
  return { id, path, bytes, holders, client };
}

/** Waits until a node is connected to so many peers. */
export async function untilNeighbours(node: LabNode, count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { peers } = await node.api.status();
    if (peers.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${node.name} knows fewer than ${count} peers after 20 s:\n${node.said}`);
}

/** Whether what a node now holds is, byte for byte, this file. */
export async function isSameAs(lab: Lab, node: LabNode, id: string, path: string): Promise<boolean> {
  const out = `${lab.newFolder("out")}/${node.name}.bin`;
  await runCardume(["export", id, out, "--force", "--data", node.folder]);
  return (await sha256OfFile(out)) === (await sha256OfFile(path));
}
