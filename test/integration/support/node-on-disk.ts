import { onTestFinished } from "vitest";
import { startNode } from "../../../src/node/node.ts";
import type { NodeOptions } from "../../../src/node/node-types.ts";
import { InlineHasher } from "../../../src/store/inline-hasher.ts";
import { openStore } from "../../../src/store/open.ts";
import type { FaultyDisk } from "../../unit/support/faulty-disk.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";
import { QUIET_OPTIONS, type TestNode } from "./running-node.ts";

/** As `testNode`, with a library whose every call of the disk goes through this one: the catalogue's own apart. */
export async function nodeOnDisk(
  disk: FaultyDisk,
  options: Partial<NodeOptions> = {},
  folder: string = tempFolder(),
): Promise<TestNode> {
  // A pool's threads would write through descriptors of their own.
  const library = await openStore({ folder }, { disk, hasher: new InlineHasher() });
  const node = await startNode({ library, options: { ...QUIET_OPTIONS, ...options } });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= node.close().then(() => library.close());
    return stopped;
  };
  onTestFinished(stop);
  return { node, library, folder, events: [], address: node.addresses()[0] as string, stop };
}
