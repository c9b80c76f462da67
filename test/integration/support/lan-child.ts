import { heldVideo, searchAll, startFish } from "./fish.ts";

// A node on a network of its own: `lan-child.ts FOLDER HOLDS WANTS [all]`. It knows nobody, holds one video of the title HOLDS,
// and says READY with its peer id, NEIGHBOUR for each that it gets, and FOUND with the holder once another has WANTS.
// With `all` it also asks the router for a port, looks for relays, and joins the hash table.
const [folder = "", holds = "", wants = "", all] = process.argv.slice(2);
const more = { nat: all !== undefined, dht: all !== undefined };
const fish = await startFish({ folder, listen: [":0"], mdns: true, join: [], videos: [heldVideo(7, holds)], ...more });
fish.links.listen({
  opened: ({ peer }) => {
    console.log(`NEIGHBOUR ${peer}`);
    void find(peer);
  },
});
console.log(`READY ${fish.peer}`);
process.once("SIGTERM", () => void fish.stop().then(() => process.exit(0)));

/** Asks until somebody has it: a neighbour may come before it has found out itself. */
async function find(neighbour: string): Promise<void> {
  const [found] = await searchAll(fish, { kind: "words", words: wants }, 1);
  const via = fish.neighbours.peers().find(({ peer }) => peer === neighbour)?.via;
  if (found !== undefined) console.log(`FOUND ${found.record.peer} ${via}`);
}
