import { onTestFinished } from "vitest";
import { startNode } from "../../../src/node/node.ts";
import type { CardumeNode, FetchResult, NodeEvent, NodeOptions } from "../../../src/node/node-types.ts";
import type { Library } from "../../../src/store/library.ts";
import { openStore } from "../../../src/store/open.ts";
import { tempFolder } from "../../unit/support/temp-folder.ts";

/** A node that stays on loopback and finds nobody by itself. */
export const QUIET_OPTIONS: NodeOptions = {
  name: "",
  listen: ["/ip4/127.0.0.1/tcp/0"],
  announce: [],
  join: [],
  mdns: false,
  dht: false,
  nat: false,
  directPort: 0,
  directAnnouncePort: undefined,
  uploadBytesPerSecond: 0,
  maxPeers: 64,
};

/** A node of a test, with its library and what it told. */
export interface TestNode {
  readonly node: CardumeNode;
  readonly library: Library;
  readonly folder: string;
  readonly events: readonly NodeEvent[];
  /** Its first address, with its peer id. */
  readonly address: string;
  /** Stops it, as at the test's end. */
  stop(): Promise<void>;
}

/**
 * Starts a node over a library, a new one unless a folder is given. It is stopped when the test ends.
 * @param share what the network is given of the library
 */
export async function testNode(
  options: Partial<NodeOptions> = {},
  folder: string = tempFolder(),
  share: (library: Library) => Library = (library) => library,
): Promise<TestNode> {
  const library = await openStore({ folder });
  const events: NodeEvent[] = [];
  const node = await startNode({
    library: share(library),
    options: { ...QUIET_OPTIONS, ...options },
    onEvent: (event) => events.push(event),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= node.close().then(() => library.close());
    return stopped;
  };
  onTestFinished(stop);
  return { node, library, folder, events, address: node.addresses()[0] as string, stop };
}

/** Adds a file and gives the video's id. */
export async function addFile(library: Library, path: string): Promise<Uint8Array> {
  for await (const report of library.add([path])) if (report.outcome === "failed") throw report.error;
  const video = (await library.list()).find(({ source }) => source === path);
  if (video === undefined) throw new Error(`${path} was not added`);
  return video.id;
}

/** Fetches a video to its end. */
export const fetched = (node: CardumeNode, id: Uint8Array): Promise<FetchResult> => node.fetch({ id }).done;

/** All bytes of a video as a library gives them out. */
export async function bytesOf(library: Library, id: Uint8Array): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of library.stream(id)) pieces.push(piece);
  return Buffer.concat(pieces);
}
