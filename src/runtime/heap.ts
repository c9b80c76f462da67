import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Bytes of the young generation, both halves, that a program with a network in it works well with. */
const NETWORK_BYTES = 8_388_608;
/** Turns in which it grows, at most: each fills a good part of it with what survives. */
const MAX_TURNS = 200;
const OBJECTS_A_TURN = 4096;

/**
 * Keeps V8's young generation at its first size. Node gives every received datagram memory of its own, a page or more
 * for 1 KiB, which V8 does not see; with a young generation of 16 MB tens of thousands of them wait for its collection.
 * `npm run bench:original` shows the client's largest RSS with it; leave the call out to see it without.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/**
 * Lets the young generation grow to 8 MB and no further: at its first size a fetch at full speed spends a sixth of its main
 * thread's time on collections, and left alone it takes 32 MB for good. Before much is loaded, or it has grown already.
 */
export function keepYoungGenerationModest(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
  // It grows when much has survived: so much is made that does. There is no other way in a process that runs.
  const survivors: object[] = [];
  for (let turn = 0; turn < MAX_TURNS && youngBytes() < NETWORK_BYTES; turn++)
    for (let object = 0; object < OBJECTS_A_TURN; object++) survivors.push([object, turn]);
  setFlagsFromString("--semi-space-growth-factor=1");
}

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? NETWORK_BYTES;
