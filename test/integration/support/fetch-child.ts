// A node that fetches one video, says on its output what is held of it, and is killed at one of the changes that it makes.
import { writeSync } from "node:fs";
import { startNode } from "../../../src/node/node.ts";
import type { NodeOptions } from "../../../src/node/node-types.ts";
import type { Catalogue } from "../../../src/store/catalogue.ts";
import type { ChunkStore } from "../../../src/store/chunk-store.ts";
import { InlineHasher } from "../../../src/store/inline-hasher.ts";
import type { Library } from "../../../src/store/library.ts";
import { nodeDisk } from "../../../src/store/node-disk.ts";
import { openStore } from "../../../src/store/open.ts";
import { openCatalogue } from "../../../src/store/sqlite-catalogue.ts";
import { FaultyDisk, faultAtChange, noFaults } from "../../unit/support/faulty-disk.ts";
import { FaultyCatalogue } from "./store-catalogue.ts";

const [folder = "", holder = "", id = "", killAt = "0"] = process.argv.slice(2);
const say = (text: string): unknown => writeSync(1, `${text}\n`);

const disk = new FaultyDisk(nodeDisk);
const catalogue = async (place: string): Promise<Catalogue> =>
  new FaultyCatalogue((await openCatalogue({ folder: place })).catalogue, disk);
const library = await openStore({ folder }, { disk, hasher: new InlineHasher(), catalogue });

/** The same library, which says what becomes held. */
const telling: Library = new Proxy(library, {
  get(target, key) {
    const value: unknown = Reflect.get(target, key, target);
    if (typeof value !== "function") return value;
    const method = value.bind(target) as (...args: unknown[]) => unknown;
    if (key !== "open" && key !== "receive") return method;
    return async (...args: unknown[]) => {
      const store = (await method(...args)) as ChunkStore;
      store.onHeld((chunk, isHeld) => void (isHeld && say(`held ${chunk}`)));
      return store;
    };
  },
});

// As in running-node.ts, which belongs to tests and cannot be had here.
const options: NodeOptions = {
  ...{ name: "", listen: ["/ip4/127.0.0.1/tcp/0"], announce: [], join: [holder], mdns: false, dht: false, nat: false },
  ...{ directPort: 0, directAnnouncePort: undefined, uploadBytesPerSecond: 0, maxPeers: 64 },
};
const node = await startNode({ library: telling, options });
const isChange = ({ isChange: one }: { readonly isChange: boolean }): boolean => one;
const before = disk.calls.filter(isChange).length;
// Only what the fetch does is of interest: the opening of a library has tests of its own.
disk.faults = killAt === "0" ? noFaults : faultAtChange(Number(killAt), { kind: "kill" });
const { outcome } = await node.fetch({ id: Buffer.from(id, "hex") }).done;
say(`${outcome} after ${disk.calls.filter(isChange).length - before} changes`);
await node.close();
await library.close();
