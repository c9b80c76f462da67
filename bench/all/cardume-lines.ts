import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILT_START } from "../../lab/built.ts";
import type { EmulatedNode } from "../../lab/emulator/emulator.ts";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import type { Lab } from "../../lab/lab.ts";
import type { LabNode } from "../../lab/lab-node.ts";
import { sha256OfFile } from "../../lab/made-file.ts";
import { Program } from "../../lab/program.ts";
import { untilNeighbours } from "../../lab/scenarios/holders.ts";
import type { LinkShape } from "../../lab/shaping/link-shape.ts";
import { fromBase32 } from "../../src/core/content/base32.ts";
import type { Material } from "../support/network-ours.ts";
import {
  HONEST,
  idleFigures,
  LIAR_LINES,
  LIARS_PATIENCE_MS,
  liarFigures,
  NEIGHBOURS,
  ROUGH_LINES,
  ROUGH_PATIENCE_MS,
  rough,
} from "./lines.ts";
import { planted } from "./plant.ts";
import type { Figures, Stand } from "./side.ts";
import { within } from "./within.ts";

const LIAR = fileURLToPath(new URL("../../lab/liar.ts", import.meta.url));
const OTHERS = { launcher: BUILT_START, more: ["--http", "off"] };

/** Work 5. */
export const roughCardume = (_: unknown, stand: Stand): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const file = await stand.lineFile();
    const holders = await holdersOf(lab, file, ROUGH_LINES);
    const client = await lab.node("client", { ...OTHERS, join: holders });
    await untilNeighbours(client, holders.length);
    const [first] = holders as [LabNode];
    const id = first.ids[0] as string;
    const figures = await planted(() =>
      rough(
        file.bytes,
        () => first.kill(),
        () => within(ROUGH_PATIENCE_MS, "the fetch", fetchOf(client, id)),
      ),
    );
    await check(client, id, file);
    return figures;
  });

/** Work 6. The liars answer each Get with bytes of which one bit is wrong, over libp2p's streams. */
export const liarsCardume = (_: unknown, stand: Stand): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const file = await stand.lineFile();
    const holders = await holdersOf(lab, file, LIAR_LINES.slice(0, HONEST));
    const [first] = holders as [LabNode];
    const id = first.ids[0] as string;
    const manifest = join(first.folder, "videos", hexOf(id), "manifest");
    const client = await lab.node("client", { ...OTHERS, join: holders });
    await untilNeighbours(client, holders.length);
    const liars: { readonly address: string; readonly emulated: EmulatedNode }[] = [];
    for (const shape of LIAR_LINES.slice(HONEST)) liars.push(await startLiar(lab, shape, file.path, manifest));
    const all = [...liars, ...holders].map(({ address }) => ({
      ...{ id, bytes: file.bytes, title: "film", heldChunks: Math.ceil(file.bytes / 1_048_576) },
      ...{ holder: address.split("/p2p/")[1] as string, addresses: [address] },
    }));
    const ms = await planted(() => within(LIARS_PATIENCE_MS, "the fetch from liars", fetchOf(client, id, all)));
    await check(client, id, file);
    return liarFigures(
      ms,
      file.bytes,
      [...liars, ...holders].map(({ emulated }) => emulated),
    );
  });

/** Work 8: one video is held, and nobody wants it; the gateway is on, as it mostly is. */
export const idleCardume = (_: unknown, stand: Stand): Promise<Figures> =>
  stand.inLab(async (lab) => {
    const file = await stand.lineFile();
    const hub = await lab.node("idle", { launcher: BUILT_START, more: ["--http", "0"], holds: [file.path] });
    for (let index = 1; index <= NEIGHBOURS; index++) await lab.node(`neighbour-${index}`, { ...OTHERS, join: [hub] });
    await untilNeighbours(hub, NEIGHBOURS);
    return idleFigures(stand, hub.emulated.pid as number, hub.emulated);
  });

async function holdersOf(lab: Lab, { path }: Material, shapes: readonly LinkShape[]): Promise<LabNode[]> {
  const holders: LabNode[] = [];
  for (const [index, shape] of shapes.entries())
    holders.push(await lab.node(`holder-${index}`, { ...OTHERS, shape, holds: [path], join: holders.slice(0, 1) }));
  return holders;
}

async function fetchOf(client: LabNode, id: string, holders?: Parameters<LabNode["api"]["fetch"]>[1]): Promise<number> {
  const startedAtMs = performance.now();
  const { outcome } = await client.api.fetch(id, holders);
  if (outcome !== "complete") throw new Error(`the fetch ended ${outcome}`);
  return performance.now() - startedAtMs;
}

async function startLiar(
  lab: Lab,
  shape: LinkShape,
  path: string,
  manifest: string,
): Promise<{ readonly address: string; readonly emulated: EmulatedNode }> {
  const program = lab.run(new Program(process.execPath, [LIAR, "flipped-bit", path, manifest]));
  const [, port, peer] = await program.says(/^\/ip4\/127\.0\.0\.1\/tcp\/(\d+)\/p2p\/(\S+)/m);
  const [publicPort = 0] = await freeTcpPorts(1);
  const emulated = await lab.emulator.add(`liar-${publicPort}`, shape, new Map([[publicPort, Number(port)]]));
  return { address: `/ip4/127.0.0.1/tcp/${publicPort}/p2p/${peer}`, emulated };
}

async function check(client: LabNode, id: string, { sha256 }: Material): Promise<void> {
  if ((await sha256OfFile(join(client.folder, "videos", hexOf(id), "content"))) !== sha256)
    throw new Error("what came is not what was sent");
}

const hexOf = (id: string): string => Buffer.from(fromBase32(id) as Uint8Array).toString("hex");
